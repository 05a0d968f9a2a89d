import type { DeathEvidence } from './death.ts';
import type { EvidenceData, EvidenceKind, RuntimeAction } from './evidence.ts';
import { isFatalByDefault } from './signals.ts';

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
  runtime_request: 88,
  kernel_log_fault: 65,
  kernel_log_oom: 60,
  runtime_connection: 60,
  runtime_state: 55,
  orchestrator_event: 89,
  orchestrator_state: 58,
  orchestrator_connection: 60,
  process_exec: 25,
  cpu_throttle: 45,
  container_created: 15,
  container_removed: 10,
  // The backtrace has a section of its own; the signal tells of the fault.
  process_fault: 0,
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
const UNREADABLE_WEIGHT = 35;

/** Zero: it tells nothing in a timeline. The death itself has the most. */
export function weightOf(data: EvidenceData): number {
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
    case 'runtime_request':
      return data.action === 'unknown' ? UNREADABLE_WEIGHT : usual;
    default:
      return usual;
  }
}

/** Whether this is the end of the main process, which everything else is measured from. */
export function isTheDeath(data: EvidenceData): boolean {
  return data.kind === 'process_exit' && data.isMain;
}
