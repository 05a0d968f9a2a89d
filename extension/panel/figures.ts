import { groupName } from '../../agent/domain/memory-level.ts';
import { formatBytes } from '../../agent/domain/bytes.ts';
import type { Death } from '../../agent/domain/death.ts';
import { displayText } from '../../agent/domain/display.ts';
import type { CpuThrottle } from '../../agent/domain/evidence.ts';
import { memoryMatters, memoryShare } from '../../agent/domain/memory-figures.ts';
import type { MemoryPart } from '../../agent/domain/memory-parts.ts';
import { MEMORY_PARTS, PART_WORDS, totalOf } from '../../agent/domain/memory-parts.ts';
import { bigProcessName, memoryStory } from '../../agent/domain/memory-story.ts';
import type { MemoryStory } from '../../agent/domain/memory-story.ts';
import { shortId } from '../../agent/domain/container.ts';
import { formatDuration, US_PER_SECOND } from '../../agent/domain/time.ts';
import { t } from '../l10n/t.ts';
import type { ChartModel, MemoryModel, PartModel, ThrottlingModel } from './model.ts';

/** Fewer samples make no curve. */
const LEAST_POINTS = 3;
const MOST_POINTS = 240;
const TABLE_ROWS = 12;
const LEVEL_LIMIT = 120;
const HEADROOM = 1.08;

/** Memory against its limit up to the death; absent where it had no part in it. */
export function memoryModel(death: Death): MemoryModel | undefined {
  const story = memoryStory(death);
  if (story === undefined || !memoryMatters(death, story.figures)) return undefined;
  const { figures } = story;
  const { peakBytes, limitBytes, level } = figures;
  const share = memoryShare(figures);
  const summary =
    share === undefined || limitBytes === undefined
      ? t('Peak {0}, no limit', formatBytes(peakBytes))
      : t('Peak {0} of {1} ({2} %)', formatBytes(peakBytes), formatBytes(limitBytes), Math.round(share * 100));
  return {
    summary,
    whose: level === undefined ? undefined : t('The limit is that of {0}.', groupName(level, LEVEL_LIMIT)),
    share,
    chart: chartOf(death, limitBytes, peakBytes),
    sentences: story.sentences.map((sentence) => displayText(sentence)),
    parts: partsOf(story),
    processes: processesOf(story, death),
  };
}

const PART_KINDS: Readonly<Record<MemoryPart, PartModel['kind']>> = {
  anonBytes: 'programs',
  shmemBytes: 'shared',
  kernelBytes: 'kernel',
  cacheBytes: 'cache',
};
/** Thinner slices are not seen. */
const LEAST_SHARE = 0.005;

function partsOf({ parts }: MemoryStory): readonly PartModel[] {
  const total = parts === undefined ? 0 : totalOf(parts);
  if (parts === undefined || total === 0) return [];
  return MEMORY_PARTS.map((part) => ({
    kind: PART_KINDS[part],
    label: PART_WORDS[part],
    size: formatBytes(parts[part]),
    share: parts[part] / total,
  })).filter(({ share }) => share >= LEAST_SHARE);
}

const PROCESSES_SHOWN = 8;
const COMMAND_LIMIT = 160;

function processesOf({ processes }: MemoryStory, { verdict, container }: Death): MemoryModel['processes'] {
  if (processes.length < 2) return [];
  return processes.slice(0, PROCESSES_SHOWN).map((process) => {
    const { pid, containerId, rssBytes } = process;
    const elsewhere =
      containerId === undefined || containerId === container.id ? '' : t('container {0}', shortId(containerId));
    return {
      name: bigProcessName(process, COMMAND_LIMIT),
      size: formatBytes(rssBytes),
      remark: pid === verdict.victim?.process.pid ? t('killed') : elsewhere,
    };
  });
}

function chartOf(death: Death, limitBytes: number | undefined, peakBytes: number): ChartModel | undefined {
  const sampled = death.vitals.flatMap(({ at, memoryBytes }) =>
    memoryBytes === undefined ? [] : [{ seconds: (at - death.at) / US_PER_SECOND, bytes: memoryBytes }],
  );
  const points = [...thin(sampled)];
  const last = points.at(-1);
  // The kernel's own figure at the moment of death ends the curve: sampling once a second misses the last leap.
  if (last !== undefined && last.seconds < 0) points.push({ seconds: 0, bytes: Math.max(last.bytes, peakBytes) });
  const first = points[0];
  if (first === undefined || points.length < LEAST_POINTS) return undefined;
  const highest = Math.max(...points.map(({ bytes }) => bytes), limitBytes ?? 0);
  const span = formatDuration(-first.seconds * US_PER_SECOND);
  return {
    points,
    limitBytes,
    ceilingBytes: highest * HEADROOM,
    description: t(
      'Memory rose from {0} to {1} in the last {2}.',
      formatBytes(first.bytes),
      formatBytes(points.at(-1)?.bytes ?? peakBytes),
      span,
    ),
    table: tableOf(points, limitBytes),
    startText: t('{0} before', span),
    limitText: limitBytes === undefined ? undefined : t('Limit {0}', formatBytes(limitBytes)),
  };
}

type Point = ChartModel['points'][number];

/** The highest of each stretch: a short peak must not vanish. */
function thin(points: readonly Point[]): readonly Point[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return points;
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += size) {
    const stretch = points.slice(start, start + size);
    kept.push(stretch.reduce((highest, point) => (point.bytes > highest.bytes ? point : highest)));
  }
  return kept;
}

function tableOf(points: readonly Point[], limitBytes: number | undefined): ChartModel['table'] {
  const step = Math.max(1, Math.ceil((points.length - 1) / (TABLE_ROWS - 1)));
  const shown = points.filter((_, index) => (points.length - 1 - index) % step === 0);
  return shown.map(({ seconds, bytes }) => ({
    when: seconds === 0 ? t('death') : `−${formatDuration(-seconds * US_PER_SECOND)}`,
    value: formatBytes(bytes),
    share: limitBytes === undefined || limitBytes === 0 ? '' : `${String(Math.round((bytes / limitBytes) * 100))} %`,
  }));
}

/** From this share of its periods on, want of CPU is worth a look. */
const THROTTLING_MATTERS = 0.1;

export function throttlingModel(death: Death): ThrottlingModel | undefined {
  const figures = throttleOf(death);
  if (figures === undefined || figures.periods === 0) return undefined;
  const share = figures.throttledPeriods / figures.periods;
  if (share < THROTTLING_MATTERS) return undefined;
  const percent = Math.round(share * 100);
  const waited = formatDuration(figures.throttledUs);
  const summary =
    figures.quotaUs > 0 && figures.periodUs > 0
      ? t(
          'Held back in {0} % of its CPU periods, {1} in all. Its quota was {2} CPUs.',
          percent,
          waited,
          String(Math.round((figures.quotaUs / figures.periodUs) * 100) / 100),
        )
      : t('Held back in {0} % of its CPU periods, {1} in all.', percent, waited);
  return { summary, share: Math.min(1, share) };
}

function throttleOf(death: Death): CpuThrottle | undefined {
  for (const { data } of death.evidence) {
    if (data.kind === 'process_exit' && data.isMain && data.throttle !== undefined) return data.throttle;
  }
  for (const { data } of death.evidence) if (data.kind === 'cpu_throttle') return data;
  return undefined;
}
