import type { CauseId } from '../../agent/domain/causes.ts';
import type { ActorKind, Certainty } from '../../agent/domain/death.ts';
import type { DeathReport } from '../../agent/domain/report.ts';
import type { Cluster } from './cluster.ts';

/** A way to die in a pod, and what must be said of it. */
export interface ClusterDeath {
  readonly title: string;
  readonly objects: readonly object[];
  /** Name of the pod whose end is explained, where it is not given by the object. */
  readonly pod: string;
  readonly container?: string;
  /** Has it end, where it does not by itself: called when its container runs. */
  readonly die?: (cluster: Cluster) => Promise<unknown>;
  /** Puts back what concerns others, too. */
  readonly restore?: (cluster: Cluster) => Promise<unknown>;
  /** How long it takes to die. */
  readonly withinMs?: number;
  readonly expect: {
    readonly cause: CauseId;
    readonly certainty: Certainty;
    readonly actor: ActorKind;
    readonly says: RegExp;
    /** In a note or an advice. */
    readonly notes?: RegExp;
    readonly count?: number;
  };
}

/** What is wrong about the report; nothing where it is right. */
export function faultsOf({ expect }: ClusterDeath, report: DeathReport): readonly string[] {
  const told = [...report.notes, ...report.advice.map(({ text, command }) => `${text} ${command ?? ''}`)].join('\n');
  const count = report.repetition?.count ?? 1;
  return [
    ...(report.cause === expect.cause ? [] : [`cause ${report.cause}, not ${expect.cause}`]),
    ...(report.certainty === expect.certainty ? [] : [`${report.certainty}, not ${expect.certainty}`]),
    ...(report.actor.kind === expect.actor ? [] : [`actor ${report.actor.kind}, not ${expect.actor}`]),
    ...(expect.says.test(report.headline) ? [] : [`the headline does not say ${String(expect.says)}`]),
    ...(expect.notes === undefined || expect.notes.test(told) ? [] : [`no note says ${String(expect.notes)}: ${told}`]),
    ...(expect.count === undefined || count >= expect.count ? [] : [`counted ${String(count)} times`]),
    ...(report.container.name === undefined ? ['its container has no name'] : []),
  ];
}
