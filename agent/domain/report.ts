import { faultOf } from './backtrace.ts';
import type { CauseId } from './causes.ts';
import type { ContainerIdentity, ContainerLimits, RuntimeName } from './container.ts';
import type { ActorKind, Certainty, Death, DeathOrigin, Requesters, Verdict, Wound } from './death.ts';
import type { BacktraceFrame, EvidenceData, EvidenceSource, FaultAccess, RequestAction } from './evidence.ts';
import { toExitCode } from './exit-status.ts';
import type { GrowthKind } from './memory-growth.ts';
import type { MemoryParts } from './memory-parts.ts';
import { memoryStory } from './memory-story.ts';
import type { ProcessRef } from './process.ts';
import type { ConfigPart } from './repetition.ts';
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

export interface ReportFrame {
  readonly address: string;
  readonly module: string | null;
  readonly offset: string | null;
  readonly buildId: string | null;
  readonly function: string | null;
  readonly functionOffset: number | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly isGuess: boolean;
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
    /** The container in which it runs: a node of kind, Docker in Docker. */
    readonly outer: { readonly id: string; readonly name: string | null } | null;
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
    /** Who had the runtime do it; null when nobody was seen asking. */
    readonly requester: {
      readonly certainty: Requesters['certainty'];
      readonly candidates: readonly {
        readonly at: string;
        readonly runtime: RuntimeName;
        readonly action: RequestAction;
        readonly process: ReportProcess;
        readonly user: ReportUser | null;
        readonly ancestry: readonly ReportProcess[];
        readonly container: { readonly id: string; readonly name: string | null } | null;
      }[];
    } | null;
  };
  /** Where the victim was when a fault of its own, or abort(), ended it. Null for other deaths, and where the kernel could not tell. */
  readonly backtrace: {
    readonly instruction: string;
    readonly address: string | null;
    readonly access: FaultAccess | null;
    readonly frames: readonly ReportFrame[];
    readonly truncated: boolean;
  } | null;
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
  readonly logClue: {
    readonly runtime: string;
    readonly line: string;
    readonly explanation: string;
    readonly file: string | null;
    readonly lineNumber: number | null;
  } | null;
  readonly memory: {
    /** The highest that was seen, up to the limit: what it would have needed nobody knows. */
    readonly peakBytes: number;
    readonly limitBytes: number | null;
    /** Name of the group whose limit it is, where that is not the container's own. */
    readonly limitOf: string | null;
    /** At the end. Nothing is counted twice. */
    readonly parts: MemoryParts | null;
    readonly growth: GrowthKind | null;
    /** Of steady growth. */
    readonly bytesPerSecond: number | null;
    /** Biggest first, as of the last moments. */
    readonly processes: readonly {
      readonly pid: number;
      readonly name: string;
      readonly rssBytes: number;
      readonly containerId: string | null;
    }[];
  } | null;
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
  /** How often the same end came before; null where the store did not count. */
  readonly repetition: {
    readonly signature: string;
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
    readonly medianPeriodSeconds: number | null;
    readonly changes: readonly { readonly what: ConfigPart; readonly text: string }[];
  } | null;
  /** Null for a death. Otherwise this is no death: a process was hit and the container ran on. */
  readonly wound: {
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
    readonly end: { readonly deathId: string | null; readonly at: string; readonly led: boolean } | null;
  } | null;
  /** Of a death: wounds of the run that it ended. */
  readonly wounds: readonly {
    readonly id: string;
    readonly cause: CauseId;
    readonly headline: string;
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
    readonly led: boolean;
  }[];
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
      requester: actor.requester === undefined ? null : reportRequesters(actor.requester),
    },
    backtrace: reportBacktrace(death),
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
    logClue: reportClue(verdict),
    memory: reportMemory(death),
    vitals: death.vitals.map((sample) => ({ ...sample, at: formatRfc3339(sample.at) })),
    logTail: reportLogTail(death),
    ...reportStory(death),
    complete: verdict.complete,
    settled: death.settled,
    revisions: death.revisions.map((revision) => ({ ...revision, at: formatRfc3339(revision.at) })),
  };
}

/** What the death has to do with others. */
function reportStory({ repetition, wound, wounds }: Death): Pick<DeathReport, 'repetition' | 'wound' | 'wounds'> {
  return {
    repetition:
      repetition === undefined
        ? null
        : {
            ...repetition,
            firstAt: formatRfc3339(repetition.firstAt),
            lastAt: formatRfc3339(repetition.lastAt),
            medianPeriodSeconds: repetition.medianPeriodSeconds ?? null,
          },
    wound: wound === undefined ? null : reportWound(wound),
    wounds: (wounds ?? []).map((ref) => ({
      ...ref,
      firstAt: formatRfc3339(ref.firstAt),
      lastAt: formatRfc3339(ref.lastAt),
    })),
  };
}

function reportWound({ count, firstAt, lastAt, end }: Wound): DeathReport['wound'] {
  return {
    count,
    firstAt: formatRfc3339(firstAt),
    lastAt: formatRfc3339(lastAt),
    end: end === undefined ? null : { deathId: end.deathId ?? null, at: formatRfc3339(end.at), led: end.led },
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
    outer: container.outer === undefined ? null : { id: container.outer.id, name: container.outer.name ?? null },
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

function reportBacktrace(death: Death): DeathReport['backtrace'] {
  const fault = faultOf(death);
  if (fault === undefined) return null;
  return {
    instruction: fault.instruction,
    address: fault.address ?? null,
    access: fault.access ?? null,
    frames: fault.frames.map(reportFrame),
    truncated: fault.truncated,
  };
}

function reportFrame(frame: BacktraceFrame): ReportFrame {
  return {
    address: frame.address,
    module: frame.module ?? null,
    offset: frame.offset ?? null,
    buildId: frame.buildId ?? null,
    function: frame.function ?? null,
    functionOffset: frame.functionOffset ?? null,
    file: frame.file ?? null,
    line: frame.line ?? null,
    isGuess: frame.isGuess === true,
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

function reportMemory(death: Death): DeathReport['memory'] {
  const story = memoryStory(death);
  if (story === undefined) return null;
  const { figures, parts, growth, processes } = story;
  return {
    peakBytes: figures.peakBytes,
    limitBytes: figures.limitBytes ?? null,
    limitOf: figures.level ?? null,
    parts: parts ?? null,
    growth: growth?.kind ?? null,
    bytesPerSecond: growth?.bytesPerSecond === undefined ? null : Math.round(growth.bytesPerSecond),
    processes: processes.map(({ pid, name, rssBytes, containerId }) => ({
      pid,
      name,
      rssBytes,
      containerId: containerId ?? null,
    })),
  };
}

function reportClue({ logClue }: Verdict): DeathReport['logClue'] {
  if (logClue === undefined) return null;
  const { runtime, line, explanation, file, lineNumber } = logClue;
  return { runtime, line, explanation, file: file ?? null, lineNumber: lineNumber ?? null };
}

function reportRequesters({ certainty, candidates }: Requesters): DeathReport['actor']['requester'] {
  return {
    certainty,
    candidates: candidates.map(({ at, runtime, action, process, ancestry, containerName }) => ({
      at: formatRfc3339(at),
      runtime,
      action,
      process: reportProcess(process),
      user: reportUser(process),
      ancestry: ancestry.map(reportProcess),
      container: process.containerId === undefined ? null : { id: process.containerId, name: containerName ?? null },
    })),
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
