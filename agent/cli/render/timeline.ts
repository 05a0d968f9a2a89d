import type { Death, DeathEvidence } from '../../domain/death.ts';
import type { EvidenceData, RuntimeAction } from '../../domain/evidence.ts';
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
    .filter(({ evidence }) => weightOf(evidence.data) > 0)
    .toSorted(
      (a, b) =>
        weightOf(b.evidence.data) - weightOf(a.evidence.data) ||
        Math.abs(a.evidence.at - at) - Math.abs(b.evidence.at - at),
    );
  const kept = new Set(ranked.slice(0, most));
  return entries.filter((entry) => kept.has(entry));
}

const ACTION_WEIGHT: Readonly<Partial<Record<RuntimeAction, number>>> = {
  kill: 75,
  oom: 75,
  stop: 70,
  die: 60,
  start: 40,
};
const OTHER_ACTION_WEIGHT = 30;

/** How much an entry tells a person about a death. Zero: it has a section of its own. */
function weightOf(data: EvidenceData): number {
  switch (data.kind) {
    case 'process_exit':
      return data.isMain ? 100 : 50;
    case 'oom_kill':
      return 95;
    case 'signal_sent':
      if (!isFatalByDefault(data.signal)) return 20;
      return data.targetIsMain ? 90 : 80;
    case 'evidence_gap':
      return 85;
    case 'signal_received':
      return 70;
    case 'runtime_event':
      if (data.health === 'unhealthy') return 70;
      return ACTION_WEIGHT[data.action] ?? OTHER_ACTION_WEIGHT;
    case 'kernel_log_fault':
      return 65;
    case 'kernel_log_oom':
    case 'runtime_connection':
      return 60;
    case 'runtime_state':
      return 55;
    case 'process_exec':
      return data.isMain ? 45 : 25;
    case 'cpu_throttle':
      return 45;
    case 'container_created':
      return 15;
    case 'container_removed':
      return 10;
    case 'vitals':
    case 'log_tail':
      return 0;
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
    : [...lines, tint(look, 'dim', `${plural(hidden, 'less telling line')} left out; --all shows them`)];
}

function isTheDeath(data: EvidenceData): boolean {
  return data.kind === 'process_exit' && data.isMain;
}

function whenOf(evidence: DeathEvidence, death: Death, look: Look): string {
  return isTheDeath(evidence.data) ? 'death' : ready(look, relativeTo(evidence.at, death.at, look));
}
