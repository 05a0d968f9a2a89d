import { formatBytes } from '../../domain/bytes.ts';
import type { Death } from '../../domain/death.ts';
import { memoryMatters, memoryShare, NEAR_LIMIT } from '../../domain/memory-figures.ts';
import { groupName } from '../../domain/memory-level.ts';
import { roughly, US_PER_SECOND } from '../../domain/time.ts';
import type { Look } from '../text/look.ts';
import { glyphs, tableWidth, tint } from '../text/look.ts';
import { bigProcessName, memoryStory } from '../../domain/memory-story.ts';
import type { MemoryStory } from '../../domain/memory-story.ts';
import { shortId } from '../../domain/container.ts';
import { cutToCells } from '../text/cells.ts';
import { paragraph, ready } from './layout.ts';

const LEVEL_LIMIT = 120;
const BAR_CELLS = 24;
/** Fewer make no curve. */
const LEAST_SAMPLES = 5;
const SPARK_CELLS = 24;
const PROCESSES_SHOWN = 5;
const INDENT_CELLS = 8;

/** Peak against limit, how it got there, what it was made of and who had it. Empty where memory had no part in the death. */
export function renderMemory(death: Death, look: Look): readonly string[] {
  const story = memoryStory(death);
  if (story === undefined) return [];
  const { figures } = story;
  if (!memoryMatters(death, figures)) return [];
  const { peakBytes, limitBytes, level } = figures;
  const share = memoryShare(figures);
  const line =
    share === undefined || limitBytes === undefined
      ? `peak ${formatBytes(peakBytes)}, no limit`
      : `${bar(share, look)}  peak ${formatBytes(peakBytes)} of ${formatBytes(limitBytes)} (${String(Math.round(share * 100))} %)`;
  const whose = level === undefined ? [] : paragraph(look, `The limit is that of ${groupName(level, LEVEL_LIMIT)}.`);
  return [
    line,
    ...whose,
    ...sparkLine(death, limitBytes, look),
    ...story.sentences.flatMap((sentence) => paragraph(look, sentence)),
    ...processRows(story, death, look),
  ];
}

/** The biggest processes at the end, one line each. */
function processRows({ processes }: MemoryStory, death: Death, look: Look): readonly string[] {
  const shown = processes.slice(0, PROCESSES_SHOWN);
  if (shown.length < 2) return [];
  const sizes = shown.map(({ rssBytes }) => formatBytes(rssBytes));
  const width = Math.max(...sizes.map((size) => size.length));
  const room = tableWidth(look) - INDENT_CELLS - width;
  return [
    'The biggest processes at the end:',
    ...shown.map((process, index) => {
      const isVictim = process.pid === death.verdict.victim?.process.pid;
      const remark = isVictim ? ' (killed)' : elsewhere(process.containerId, death);
      const name = cutToCells(
        ready(look, bigProcessName(process, LEVEL_LIMIT)),
        room - remark.length,
        glyphs(look).ellipsis,
      );
      return `  ${(sizes[index] ?? '').padStart(width)}  ${name}${tint(look, isVictim ? 'bad' : 'dim', remark)}`;
    }),
  ];
}

function elsewhere(containerId: string | undefined, { container }: Death): string {
  return containerId === undefined || containerId === container.id ? '' : ` (container ${shortId(containerId)})`;
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
