import { shortId } from '../../agent/domain/container.ts';
import type { DeathSummary } from '../../agent/domain/death.ts';
import { displayText } from '../../agent/domain/display.ts';

/** A death in a list, with the host that told of it. */
export interface DeathEntry {
  /** Id of the configured host: an alias or `local`. Never taken from the agent. */
  readonly hostId: string;
  readonly death: DeathSummary;
}

/** What names one death among all hosts. */
export interface DeathRef {
  readonly hostId: string;
  readonly deathId: string;
}

export function refOf({ hostId, death }: DeathEntry): DeathRef {
  return { hostId, deathId: death.id };
}

export function keyOf({ hostId, deathId }: DeathRef): string {
  return `${hostId}/${deathId}`;
}

/** A process of it was killed or crashed, and the container runs on. */
export function isWounded({ wound }: DeathSummary): boolean {
  return wound !== undefined && wound.end === undefined;
}

/** A wound whose container has ended is a part of that death's account, and of no list. */
export function isPast({ wound }: DeathSummary): boolean {
  return wound?.end !== undefined;
}

const NAME_LIMIT = 120;

/** The container's name, else its short id, in display form. */
export function nameOf(death: Pick<DeathSummary, 'containerName' | 'containerId'>): string {
  return displayText(death.containerName ?? shortId(death.containerId), NAME_LIMIT);
}

/** Newest first; between equals the later arrival. */
export function byTime(a: DeathEntry, b: DeathEntry): number {
  return b.death.at - a.death.at || b.death.sequence - a.death.sequence;
}
