import type { Death, DeathEvidence } from '../../domain/death.ts';
import type { EvidenceData, EvidenceKind, RuntimeAction } from '../../domain/evidence.ts';
import { isFatalByDefault } from '../../domain/signals.ts';
import { padStartToCells, wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { glyphs, proseWidth, tint } from '../text/look.ts';
import { relativeTo } from '../text/times.ts';
import { ready } from './layout.ts';
import { plural } from './words.ts';

export const TIMELINE_LINES = 12;

export interface TimelineEntry {
  readonly evidence: DeathEvidence;
  /** How often the same was seen in a row. */
  readonly count: number;
}

/** Neighbours in time that say the same become one entry, which keeps the time of the first. */
export function collapse(evidence: readonly DeathEvidence[]): readonly TimelineEntry[] {
  const entries: { evidence: DeathEvidence; count: number }[] = [];
  for (const next of evidence.toSorted((a, b) => a.at - b.at)) {
    const last = entries.at(-1);
    if (last?.evidence.text === next.text && last.evidence.source === next.source) last.count += 1;
    else entries.push({ evidence: next, count: 1 });
  }
  return entries;
}

/** The most telling entries, in order of time. Between equals the one nearer to the death wins. */
export function chooseTelling(entries: readonly TimelineEntry[], at: number, most: number): readonly TimelineEntry[] {
  const ranked = entries
    .filter(({ evidence }) => weightOf(evidence.data) >= LEAST_TELLING)
    .toSorted(
      (a, b) =>
        weightOf(b.evidence.data) - weightOf(a.evidence.data) ||
        Math.abs(a.evidence.at - at) - Math.abs(b.evidence.at - at),
    );
  const kept = new Set(ranked.slice(0, most));
  return entries.filter((entry) => kept.has(entry));
}

/** How much evidence of a kind tells a person about a death. Zero: it has a section of its own. */
const WEIGHT: Readonly<Record<EvidenceKind, number>> = {
  process_exit: 50,
  oom_kill: 95,
  signal_sent: 80,
  evidence_gap: 85,
  signal_received: 70,
  runtime_event: 30,
  kernel_log_fault: 65,
  kernel_log_oom: 60,
  runtime_connection: 60,
  runtime_state: 55,
  process_exec: 25,
  cpu_throttle: 45,
  container_created: 15,
  container_removed: 10,
  vitals: 0,
  log_tail: 0,
};
const ACTION_WEIGHT: Readonly<Partial<Record<RuntimeAction, number>>> = {
  kill: 75,
  oom: 75,
  stop: 70,
  die: 60,
  start: 40,
  create: 10,
  destroy: 10,
};
/** Below this it is shown by --all only: it happens in every life of a container. */
const LEAST_TELLING = 20;
const MAIN_EXIT_WEIGHT = 100;
const MAIN_SIGNAL_WEIGHT = 90;
const HARMLESS_SIGNAL_WEIGHT = 20;
const MAIN_EXEC_WEIGHT = 45;
const UNHEALTHY_WEIGHT = 70;

function weightOf(data: EvidenceData): number {
  const usual = WEIGHT[data.kind];
  switch (data.kind) {
    case 'process_exit':
      return data.isMain ? MAIN_EXIT_WEIGHT : usual;
    case 'process_exec':
      return data.isMain ? MAIN_EXEC_WEIGHT : usual;
    case 'signal_sent':
      if (!isFatalByDefault(data.signal)) return HARMLESS_SIGNAL_WEIGHT;
      return data.targetIsMain ? MAIN_SIGNAL_WEIGHT : usual;
    case 'runtime_event':
      return data.health === 'unhealthy' ? UNHEALTHY_WEIGHT : (ACTION_WEIGHT[data.action] ?? usual);
    default:
      return usual;
  }
}

/** One line per entry: distance to the death, who saw it, what it was. */
export function renderTimeline(death: Death, look: Look, all: boolean): readonly string[] {
  const entries = collapse(death.evidence);
  const shown = all ? entries : chooseTelling(entries, death.at, TIMELINE_LINES);
  const telling = all ? entries : entries.filter(({ evidence }) => weightOf(evidence.data) > 0);
  const rows = shown.map(({ evidence, count }) => ({
    when: whenOf(evidence, death, look),
    source: evidence.source,
    text: ready(look, evidence.text) + (count === 1 ? '' : ` (${glyphs(look).times}${String(count)})`),
    isDeath: isTheDeath(evidence.data),
  }));
  const whenCells = Math.max(0, ...rows.map(({ when }) => when.length));
  const sourceCells = Math.max(0, ...rows.map(({ source }) => source.length));
  const textCells = proseWidth(look) - whenCells - sourceCells - 6;
  const lines = rows.flatMap(({ when, source, text, isDeath }) =>
    wrap(text, textCells).map((line, index) => {
      const margin = `${padStartToCells(index === 0 ? when : '', whenCells)}  `;
      const column = `${(index === 0 ? source : '').padEnd(sourceCells)}  `;
      return `${isDeath ? tint(look, 'strong', margin) : margin}${tint(look, 'dim', column)}${isDeath ? tint(look, 'strong', line) : line}`;
    }),
  );
  const hidden = telling.length - shown.length;
  return hidden === 0
    ? lines
    : [...lines, tint(look, 'dim', `${plural(hidden, 'less telling line')} left out; --all shows everything`)];
}

function isTheDeath(data: EvidenceData): boolean {
  return data.kind === 'process_exit' && data.isMain;
}

function whenOf(evidence: DeathEvidence, death: Death, look: Look): string {
  return isTheDeath(evidence.data) ? 'death' : ready(look, relativeTo(evidence.at, death.at, look));
}
