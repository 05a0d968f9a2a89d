import { formatBytes } from '../../domain/bytes.ts';
import { causeFamily } from '../../domain/causes.ts';
import type { Death } from '../../domain/death.ts';
import { displayText } from '../../domain/display.ts';
import { US_PER_SECOND } from '../../domain/time.ts';
import type { Look } from '../text/look.ts';
import { glyphs, tint } from '../text/look.ts';
import { roughly } from '../text/times.ts';
import { paragraph } from './layout.ts';

export interface MemoryFigures {
  readonly peakBytes: number;
  readonly limitBytes: number | undefined;
  /** Name of the cgroup whose limit it is, where that is not the container's own. */
  readonly level: string | undefined;
}

/** The figures nearest to the death: the out-of-memory kill's own, the main process's exit, the last samples. */
export function memoryFigures(death: Death): MemoryFigures | undefined {
  for (const { data } of death.evidence) {
    if (data.kind !== 'oom_kill') continue;
    const level =
      data.levels.find(({ reachedLimit }) => reachedLimit) ?? data.levels.find(({ isContainer }) => isContainer);
    if (level === undefined) continue;
    return {
      peakBytes: Math.max(level.usageBytes, level.peakBytes ?? 0),
      limitBytes: level.limitBytes,
      level: level.isContainer ? undefined : level.name,
    };
  }
  for (const { data } of death.evidence) {
    if (data.kind !== 'process_exit' || !data.isMain || data.memory === undefined) continue;
    const { usageBytes, peakBytes, limitBytes } = data.memory;
    return { peakBytes: Math.max(usageBytes, peakBytes ?? 0), limitBytes, level: undefined };
  }
  const sampled = death.vitals.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  if (sampled.length === 0) return undefined;
  return { peakBytes: Math.max(...sampled), limitBytes: death.vitals.at(-1)?.memoryLimitBytes, level: undefined };
}

const WORTH_SHOWING = 0.8;
const LEVEL_LIMIT = 120;
const BAR_CELLS = 24;
/** Fewer make no curve. */
const LEAST_SAMPLES = 5;
const SPARK_CELLS = 24;

/** Peak against limit, and how it got there. Empty where memory had no part in the death. */
export function renderMemory(death: Death, look: Look): readonly string[] {
  const figures = memoryFigures(death);
  if (figures === undefined) return [];
  const { peakBytes, limitBytes, level } = figures;
  const share = limitBytes === undefined || limitBytes === 0 ? undefined : peakBytes / limitBytes;
  if (causeFamily(death.verdict.cause) !== 'oom' && (share ?? 0) < WORTH_SHOWING) return [];
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
    tint(look, share >= WORTH_SHOWING ? 'bad' : 'good', barFull.repeat(full)) +
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
