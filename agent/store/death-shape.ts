import type { CauseId } from '../domain/causes.ts';
import { isCauseId } from '../domain/causes.ts';
import type { ContainerIdentity, OuterContainer } from '../domain/container.ts';
import type {
  Actor,
  Advice,
  Death,
  DeathEvidence,
  DeathSummary,
  LogClue,
  Requester,
  Requesters,
  Revision,
  RuledOut,
  Verdict,
  Victim,
  Wound,
  WoundEnd,
  WoundRef,
} from '../domain/death.ts';
import { DEATH_ID } from '../domain/death.ts';
import type { EvidenceOf, LogTail } from '../domain/evidence.ts';
import type { ExitStatus } from '../domain/exit-status.ts';
import type { ProcessRef } from '../domain/process.ts';
import type { ConfigChange, Repetition, RepetitionSummary } from '../domain/repetition.ts';
import type { VitalsSample } from '../domain/vitals.ts';
import type { KeptRevision } from './types.ts';
import { isFlag, isNumber, isRecord, isText, isWhole, listOf, oneOf, optional, shape } from './shape.ts';

/*
 * Envelopes are checked field by field; what lies deeper (a process, one kind of evidence) only by
 * the fields that everything relies on. The version tag of the body says which domain wrote it.
 */

const isCause = (value: unknown): value is CauseId => isText(value) && isCauseId(value);

const isDeathId = (value: unknown): value is string => isText(value) && DEATH_ID.test(value);

const isCertainty = oneOf('certain', 'likely', 'possible', 'unknown');

function isProcess(value: unknown): value is ProcessRef {
  return isRecord(value) && isWhole(value['pid']) && typeof value['startedAt'] === 'number' && isText(value['comm']);
}

function isOuter(value: unknown): value is OuterContainer {
  return isRecord(value) && isText(value['id']) && optional(isText)(value['name']) && optional(isOuter)(value['outer']);
}

function isContainer(value: unknown): value is ContainerIdentity {
  if (!isRecord(value) || !isText(value['id']) || !isText(value['runtime']) || !isText(value['source'])) return false;
  const { labels, name, image, outer } = value;
  if (!optional(isOuter)(outer)) return false;
  return isRecord(labels) && Object.values(labels).every(isText) && optional(isText)(name) && optional(isText)(image);
}

function isExit(value: unknown): value is ExitStatus {
  return isRecord(value) && isText(value['kind']) && isWhole(value[value['kind'] === 'signaled' ? 'signal' : 'code']);
}

function isEvidence(value: unknown): value is DeathEvidence {
  if (!isRecord(value) || typeof value['at'] !== 'number' || !isText(value['source'])) return false;
  const { data, containerId, text } = value;
  return isRecord(data) && isText(data['kind']) && optional(isText)(containerId) && isText(text);
}

function isSample(value: unknown): value is VitalsSample {
  return isRecord(value) && typeof value['at'] === 'number';
}

function isLogTail(value: unknown): value is LogTail {
  return isRecord(value) && value['kind'] === 'log_tail' && Array.isArray(value['lines']);
}

const isActor = shape<Actor>({
  kind: oneOf('kernel', 'runtime', 'orchestrator', 'inside', 'container', 'host', 'self', 'unknown'),
  process: optional(isProcess),
  ancestry: listOf(isProcess),
  containerId: optional(isText),
  requester: optional(
    shape<Requesters>({
      certainty: oneOf('certain', 'possible'),
      candidates: listOf(
        shape<Requester>({
          at: isWhole,
          runtime: oneOf('docker', 'containerd', 'cri-o', 'podman', 'unknown'),
          action: oneOf('stop', 'restart', 'kill', 'remove', 'unknown'),
          process: isProcess,
          ancestry: listOf(isProcess),
          containerName: optional(isText),
        }),
      ),
    }),
  ),
});

const isLogClue = shape<LogClue>({
  runtime: isText,
  line: isText,
  explanation: isText,
  file: optional(isText),
  lineNumber: optional(isWhole),
});

export const isVerdict = shape<Verdict>({
  cause: isCause,
  headline: isText,
  certainty: isCertainty,
  actor: isActor,
  victim: optional(shape<Victim>({ process: isProcess, isMain: isFlag })),
  ruledOut: listOf(shape<RuledOut>({ cause: isCause, why: isText })),
  advice: listOf(shape<Advice>({ text: isText, command: optional(isText) })),
  notes: listOf(isText),
  logClue: optional(isLogClue),
  complete: isFlag,
});

const REVISION = {
  number: isWhole,
  at: isWhole,
  cause: isCause,
  certainty: isCertainty,
  headline: isText,
  because: listOf(isText),
};

export const isRevision = shape<Revision>(REVISION);

export const isKeptRevision = shape<KeptRevision>({ ...REVISION, change: isWhole, verdict: isVerdict });

const REPETITION = {
  signature: isText,
  count: isWhole,
  firstAt: isWhole,
  lastAt: isWhole,
  medianPeriodSeconds: optional(isNumber),
};

export const isRepetitionSummary = shape<RepetitionSummary>(REPETITION);

export const isRepetition = shape<Repetition>({
  ...REPETITION,
  changes: listOf(
    shape<ConfigChange>({
      what: oneOf('image', 'memory', 'swap', 'cpus', 'pids', 'shm', 'command', 'environment'),
      text: isText,
    }),
  ),
});

export const isWound = shape<Wound>({
  signature: isText,
  count: isWhole,
  firstAt: isWhole,
  lastAt: isWhole,
  end: optional(shape<WoundEnd>({ deathId: optional(isDeathId), at: isWhole, led: isFlag })),
});

const isWoundRef = shape<WoundRef>({
  id: isDeathId,
  cause: isCause,
  headline: isText,
  count: isWhole,
  firstAt: isWhole,
  lastAt: isWhole,
  led: isFlag,
});

export const isDeath = shape<Death>({
  id: isDeathId,
  at: isWhole,
  host: isText,
  bootId: isText,
  origin: oneOf('witnessed', 'recovered', 'reconciled'),
  container: isContainer,
  exit: optional(isExit),
  verdict: isVerdict,
  evidence: listOf(isEvidence),
  vitals: listOf(isSample),
  logTail: optional(isLogTail),
  revisions: listOf(isRevision),
  settled: isFlag,
  signature: optional(isText),
  repetition: optional(isRepetition),
  wound: optional(isWound),
  wounds: optional(listOf(isWoundRef)),
});

export const isSummary = shape<DeathSummary>({
  sequence: isWhole,
  change: isWhole,
  id: isDeathId,
  at: isWhole,
  host: isText,
  containerId: isText,
  containerName: optional(isText),
  image: optional(isText),
  project: optional(isText),
  pod: optional(isText),
  exit: optional(isExit),
  cause: isCause,
  certainty: isCertainty,
  headline: isText,
  complete: isFlag,
  revision: isWhole,
  repetition: optional(isRepetitionSummary),
  wound: optional(isWound),
});

export function isGap(value: unknown): value is EvidenceOf<'evidence_gap'> {
  if (!isRecord(value) || !isWhole(value['at']) || !isText(value['source'])) return false;
  const { data } = value;
  return isRecord(data) && data['kind'] === 'evidence_gap' && isText(data['reason']) && isWhole(data['lost']);
}

export const isExitStatus = isExit;
