import { formatBytes } from '../../domain/bytes.ts';
import type { Death } from '../../domain/death.ts';
import { displayText } from '../../domain/display.ts';
import { memoryFigures, memoryMatters, memoryShare, NEAR_LIMIT } from '../../domain/memory-figures.ts';
import { roughly, US_PER_SECOND } from '../../domain/time.ts';
import type { Look } from '../text/look.ts';
import { glyphs, tint } from '../text/look.ts';
import { paragraph } from './layout.ts';

const LEVEL_LIMIT = 120;
const BAR_CELLS = 24;
/** Fewer make no curve. */
const LEAST_SAMPLES = 5;
const SPARK_CELLS = 24;

/** Peak against limit, and how it got there. Empty where memory had no part in the death. */
export function renderMemory(death: Death, look: Look): readonly string[] {
  const figures = memoryFigures(death);
  if (figures === undefined || !memoryMatters(death, figures)) return [];
  const { peakBytes, limitBytes, level } = figures;
  const share = memoryShare(figures);
  const line =
    share === undefined || limitBytes === undefined
      ? `peak ${formatBytes(peakBytes)}, no limit`
      : `${bar(share, look)}  peak ${formatBytes(peakBytes)} of ${formatBytes(limitBytes)} (${String(Math.round(share * 100))} %)`;
  const whose = level === undefined ? [] : paragraph(look, `The limit is that of ${displayText(level, LEVEL_LIMIT)}.`);
  return [line, ...whose, ...sparkLine(death, limitBytes, look)];
}

function bar(share: number, look: Look): string {
  const full = Math.round(Math.min(1, share) * BAR_CELLS);
  const { barFull, barEmpty } = glyphs(look);
  return (
    tint(look, share >= NEAR_LIMIT ? 'bad' : 'good', barFull.repeat(full)) +
    tint(look, 'dim', barEmpty.repeat(BAR_CELLS - full))
  );
}

function sparkLine(death: Death, limitBytes: number | undefined, look: Look): readonly string[] {
  const samples = death.vitals.flatMap(({ at, memoryBytes }) =>
    memoryBytes === undefined ? [] : [{ at, memoryBytes }],
  );
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < LEAST_SAMPLES) return [];
  const values = samples.map(({ memoryBytes }) => memoryBytes);
  const top = limitBytes ?? Math.max(...values);
  const spark = buckets(values, SPARK_CELLS).map((value) => levelGlyph(value / top, look));
  const span = roughly(Math.max(US_PER_SECOND, death.at - first.at));
  return [`${spark.join('').padEnd(SPARK_CELLS)}  from ${formatBytes(first.memoryBytes)} in the last ${span}`];
}

/** The highest value of each of at most `count` stretches: a short peak must not vanish. */
function buckets(values: readonly number[], count: number): readonly number[] {
  const size = Math.max(1, values.length / count);
  return Array.from({ length: Math.min(count, values.length) }, (_, index) =>
    Math.max(
      ...values.slice(Math.floor(index * size), Math.max(Math.floor(index * size) + 1, Math.floor((index + 1) * size))),
    ),
  );
}

function levelGlyph(share: number, look: Look): string {
  const { levels } = glyphs(look);
  const index = Math.min(levels.length - 1, Math.max(0, Math.floor(share * levels.length)));
  return levels[index] ?? ' ';
}
