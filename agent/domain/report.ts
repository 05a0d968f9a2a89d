import type { CauseId } from './causes.ts';
import type { ContainerIdentity, ContainerLimits } from './container.ts';
import type { ActorKind, Certainty, Death, DeathOrigin } from './death.ts';
import type { EvidenceData, EvidenceSource } from './evidence.ts';
import { toExitCode } from './exit-status.ts';
import type { ProcessRef } from './process.ts';
import { signalName } from './signals.ts';
import { formatRfc3339 } from './time.ts';
import type { VitalsSample } from './vitals.ts';

/** A process in a report: times as RFC 3339, what is not known as null. */
export interface ReportProcess {
  readonly pid: number;
  readonly namespacePid: number | null;
  readonly comm: string;
  readonly exe: string | null;
  readonly argv: readonly string[] | null;
  readonly startedAt: string;
  readonly uid: number | null;
  readonly user: string | null;
  readonly loginUid: number | null;
  readonly tty: string | null;
  readonly containerId: string | null;
}

export interface ReportUser {
  readonly uid: number;
  readonly name: string | null;
  readonly loginUid: number | null;
  readonly loginName: string | null;
}

/**
 * The public form of a death: what `--json` prints, a ticket carries and other tools read. Times
 * are RFC 3339 in UTC, sizes bytes; unknown values are null, never left out.
 */
export interface DeathReport {
  readonly id: string;
  readonly at: string;
  readonly host: string;
  readonly origin: DeathOrigin;
  readonly container: {
    readonly id: string;
    readonly name: string | null;
    readonly image: string | null;
    readonly imageDigest: string | null;
    readonly runtime: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly createdAt: string | null;
    readonly startedAt: string | null;
    readonly limits: ContainerLimits | null;
    readonly restartPolicy: string | null;
    readonly restartCount: number | null;
  };
  readonly exit: {
    /** As a runtime reports it: the code, or 128 + signal. Null when the container never ran or nobody saw it. */
    readonly code: number | null;
    /** `SIGKILL`; null when the process ended by itself, with whatever code. */
    readonly signal: string | null;
    readonly signalNumber: number | null;
    readonly coreDumped: boolean;
  };
  readonly cause: CauseId;
  readonly headline: string;
  readonly certainty: Certainty;
  readonly victim: (ReportProcess & { readonly isMain: boolean }) | null;
  readonly actor: {
    readonly kind: ActorKind;
    readonly process: ReportProcess | null;
    readonly user: ReportUser | null;
    readonly ancestry: readonly ReportProcess[];
    readonly container: string | null;
  };
  readonly evidence: readonly {
    readonly at: string;
    readonly source: EvidenceSource;
    readonly kind: EvidenceData['kind'];
    readonly text: string;
    readonly data: EvidenceData;
  }[];
  readonly ruledOut: readonly { readonly cause: CauseId; readonly why: string }[];
  readonly advice: readonly { readonly text: string; readonly command: string | null }[];
  readonly notes: readonly string[];
  readonly vitals: readonly (Omit<VitalsSample, 'at'> & { readonly at: string })[];
  readonly logTail: {
    readonly lines: readonly {
      readonly at: string | null;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }[];
    readonly truncated: boolean;
    readonly redactions: number;
  } | null;
  readonly complete: boolean;
  readonly settled: boolean;
  readonly revisions: readonly {
    readonly number: number;
    readonly at: string;
    readonly cause: CauseId;
    readonly certainty: Certainty;
    readonly headline: string;
    readonly because: readonly string[];
  }[];
}

export function toReport(death: Death): DeathReport {
  const { verdict } = death;
  const victim = verdict.victim;
  const actor = verdict.actor;
  return {
    id: death.id,
    at: formatRfc3339(death.at),
    host: death.host,
    origin: death.origin,
    container: reportContainer(death.container),
    exit: reportExit(death),
    cause: verdict.cause,
    headline: verdict.headline,
    certainty: verdict.certainty,
    victim: victim === undefined ? null : { ...reportProcess(victim.process), isMain: victim.isMain },
    actor: {
      kind: actor.kind,
      process: actor.process === undefined ? null : reportProcess(actor.process),
      user: reportUser(actor.process),
      ancestry: actor.ancestry.map(reportProcess),
      container: actor.containerId ?? null,
    },
    evidence: death.evidence.map(({ at, source, text, data }) => ({
      at: formatRfc3339(at),
      source,
      kind: data.kind,
      text,
      data,
    })),
    ruledOut: verdict.ruledOut,
    advice: verdict.advice.map(({ text, command }) => ({ text, command: command ?? null })),
    notes: verdict.notes,
    vitals: death.vitals.map((sample) => ({ ...sample, at: formatRfc3339(sample.at) })),
    logTail: reportLogTail(death),
    complete: verdict.complete,
    settled: death.settled,
    revisions: death.revisions.map((revision) => ({ ...revision, at: formatRfc3339(revision.at) })),
  };
}

function optionalTime(at: number | undefined): string | null {
  return at === undefined ? null : formatRfc3339(at);
}

function reportContainer(container: ContainerIdentity): DeathReport['container'] {
  return {
    id: container.id,
    name: container.name ?? null,
    image: container.image ?? null,
    imageDigest: container.imageDigest ?? null,
    runtime: container.runtime,
    labels: container.labels,
    createdAt: optionalTime(container.createdAt),
    startedAt: optionalTime(container.startedAt),
    limits: container.limits ?? null,
    restartPolicy: container.restartPolicy?.name ?? null,
    restartCount: container.restartCount ?? null,
  };
}

function reportExit({ exit }: Death): DeathReport['exit'] {
  if (exit === undefined) return { code: null, signal: null, signalNumber: null, coreDumped: false };
  const signal = exit.kind === 'signaled' ? exit.signal : null;
  return {
    code: toExitCode(exit),
    signal: signal === null ? null : signalName(signal),
    signalNumber: signal,
    coreDumped: exit.kind === 'signaled' && exit.coreDumped,
  };
}

function reportProcess(process: ProcessRef): ReportProcess {
  return {
    pid: process.pid,
    namespacePid: process.nsPid ?? null,
    comm: process.comm,
    exe: process.exe ?? null,
    argv: process.argv ?? null,
    startedAt: formatRfc3339(process.startedAt),
    uid: process.uid ?? null,
    user: process.user ?? null,
    loginUid: process.loginUid ?? null,
    tty: process.tty ?? null,
    containerId: process.containerId ?? null,
  };
}

function reportUser(process: ProcessRef | undefined): ReportUser | null {
  if (process?.uid === undefined) return null;
  return {
    uid: process.uid,
    name: process.user ?? null,
    loginUid: process.loginUid ?? null,
    loginName: process.loginUser ?? null,
  };
}

function reportLogTail({ logTail }: Death): DeathReport['logTail'] {
  if (logTail === undefined) return null;
  return {
    lines: logTail.lines.map(({ at, stream, text }) => ({ at: optionalTime(at), stream, text })),
    truncated: logTail.truncated,
    redactions: logTail.redactions,
  };
}
