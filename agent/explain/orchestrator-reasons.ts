import type { CauseId } from '../domain/causes.ts';
import type { Advice } from '../domain/death.ts';
import { displayText } from '../domain/display.ts';
import type { EvidenceOf, OrchestratorProbe, OrchestratorState } from '../domain/evidence.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import { podOf } from '../domain/workload.ts';
import type { Facts } from './facts.ts';
import type { Absence } from './finding.ts';
import { podName, probeWords, quoted, sinceWords, workloadName } from './orchestrator-words.ts';
import { WHOLE_SECOND_US } from './pods.ts';
import { LONGEST_GRACE_US } from './stop-request.ts';

/** Why Kubernetes had a container ended. */
export interface OrchestratorReason {
  readonly cause: Extract<CauseId, `orchestrator.${string}`>;
  /** The beginning of a sentence that goes on with how it went. */
  readonly why: string;
  /** Kubernetes itself said so of this very container or of its pod; false where it follows from the time. */
  readonly isTold: boolean;
  readonly advice: readonly Advice[];
  readonly notes?: readonly string[];
}

type Finder = (facts: Facts, stopAt: EpochUs) => OrchestratorReason | undefined;

/** Whoever evicts or preempts may be on another node, whose clock is another one. */
const CLOCK_SLACK_US = 3 * US_PER_SECOND;
/** Failures of a probe that a stop may follow from. */
const RECENT_US = 120 * US_PER_SECOND;

/** The first that applies: from what kubelet says of this stop to what only fits in time. */
const FINDERS: readonly Finder[] = [
  probe,
  changed,
  deadline,
  preempted,
  shutdown,
  evicted,
  deleted,
  failures,
  deletedMeanwhile,
];

/** @param stopAt when the runtime was seen to stop it, or it ended */
export function orchestratorReason(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  for (const find of FINDERS) {
    const reason = find(facts, stopAt);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** kubelet's word that it is about to have this container stopped. */
export function killingEvent(facts: Facts, stopAt: EpochUs): EvidenceOf<'orchestrator_event'> | undefined {
  return eventBefore(facts, stopAt, WHOLE_SECOND_US, ({ data }) => data.reason === 'Killing');
}

/** How long before a stop its reason is told. */
const TOLD_BEFORE_US = 60 * US_PER_SECOND;

/** Of a container of Kubernetes: another word of it may exist without having reached us. */
export function unheard(facts: Facts, stopAt: EpochUs): Absence[] {
  if (podOf(facts.container) === undefined) return [];
  const since = Math.max(facts.case.openedAt, stopAt - TOLD_BEFORE_US);
  return [{ of: ['orchestrator_event', 'orchestrator_state'], since }];
}

function eventBefore(
  facts: Facts,
  stopAt: EpochUs,
  slackUs: number,
  fits: (event: EvidenceOf<'orchestrator_event'>) => boolean,
): EvidenceOf<'orchestrator_event'> | undefined {
  const since = Math.max(stopAt - LONGEST_GRACE_US, (facts.startedAt ?? 0) - WHOLE_SECOND_US);
  return facts.orchestratorEvents.findLast((event) => event.at <= stopAt + slackUs && event.at >= since && fits(event));
}

function eventOf(facts: Facts, stopAt: EpochUs, ...reasons: readonly string[]): string | undefined {
  return eventBefore(facts, stopAt, CLOCK_SLACK_US, ({ data }) => reasons.includes(data.reason))?.data.message;
}

/** Why somebody announced that the pod would be ended, where that was before the stop. */
function disruption(facts: Facts, stopAt: EpochUs, reason: string): { readonly message: string } | undefined {
  const known = facts.orchestratorState?.data.disruption;
  if (known?.reason !== reason || known.at > stopAt + CLOCK_SLACK_US) return undefined;
  // kubelet writes its own down when it has stopped the containers; all others have the pod deleted afterwards.
  const isBefore = reason === BY_KUBELET || isSeenBefore(facts, stopAt, (state) => state.disruption?.reason === reason);
  return isBefore ? known : undefined;
}

const BY_KUBELET = 'TerminationByKubelet';

/** The agent saw the pod so before the stop. Times that Kubernetes tells are of whole seconds. */
function isSeenBefore(facts: Facts, stopAt: EpochUs, fits: (state: OrchestratorState) => boolean): boolean {
  return facts.orchestratorStates.some(({ at, data }) => at <= stopAt && fits(data));
}

/** Why the pod as a whole was ended, as kubelet writes it down. */
function podReason(facts: Facts, ...reasons: readonly string[]): { readonly message: string } | undefined {
  const { reason, message = '' } = facts.orchestratorState?.data ?? {};
  return reason !== undefined && reasons.includes(reason) ? { message } : undefined;
}

const PROBE_KILL = /failed (liveness|startup) probe/i;

function probe(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const kind = PROBE_KILL.exec(killingEvent(facts, stopAt)?.data.message ?? '')?.[1]?.toLowerCase();
  if (kind !== 'liveness' && kind !== 'startup') return undefined;
  return probeFailed(facts, stopAt, kind, true);
}

/** Without kubelet's own word for the stop: the probe had just failed, and the pod was not being deleted. */
function failures(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const event = eventBefore(facts, stopAt, WHOLE_SECOND_US, (one) => unhealthyKind(one) !== undefined);
  const kind = event === undefined ? undefined : unhealthyKind(event);
  if (event === undefined || kind === undefined || stopAt - event.at > RECENT_US) return undefined;
  const own = facts.orchestratorState?.data.probes.find((one) => one.kind === kind);
  if (event.data.count < (own?.failureThreshold ?? 1)) return undefined;
  return probeFailed(facts, stopAt, kind, false);
}

const UNHEALTHY = /^(Liveness|Startup) probe (?:failed|errored)(?::| and resulted in unknown state:)?\s*/i;

function unhealthyKind({ data }: EvidenceOf<'orchestrator_event'>): OrchestratorProbe['kind'] | undefined {
  const kind = data.reason === 'Unhealthy' ? UNHEALTHY.exec(data.message)?.[1]?.toLowerCase() : undefined;
  return kind === 'liveness' || kind === 'startup' ? kind : undefined;
}

function probeFailed(
  facts: Facts,
  stopAt: EpochUs,
  kind: OrchestratorProbe['kind'],
  isTold: boolean,
): OrchestratorReason {
  const own = facts.orchestratorState?.data.probes.find((one) => one.kind === kind);
  const said = eventBefore(facts, stopAt, WHOLE_SECOND_US, (event) => unhealthyKind(event) === kind);
  const threshold = own?.failureThreshold ?? 1;
  const times = threshold > 1 ? ` ${String(threshold)} times in a row` : '';
  return {
    cause: 'orchestrator.probe',
    why: `Stopped because its ${kind} probe failed${times}${quoted(said?.data.message.replace(UNHEALTHY, ''))}`,
    isTold,
    advice: probeAdvice(kind, own),
    ...(isTold ? {} : { notes: [followsFromTime(facts, stopAt)] }),
  };
}

/** kubelet gives no reason when it ends a pod that is not to be started again. */
function followsFromTime(facts: Facts, stopAt: EpochUs): string {
  const said = killingEvent(facts, stopAt);
  const word =
    said === undefined
      ? 'its own word for it was not seen'
      : `all it said was${quoted(said.data.message)}, without a reason`;
  return `That kubelet stopped it for the probe follows from the time: ${word}.`;
}

function probeAdvice(kind: OrchestratorProbe['kind'], own: OrchestratorProbe | undefined): Advice[] {
  const cure =
    'If the program was stuck, its log and its CPU say in what. If it was only slow, give it more time to answer, or a startup probe that covers its start.';
  if (own === undefined) return [{ text: cure }];
  const { failureThreshold, timeoutSeconds } = own;
  return [
    {
      text: `It is the ${probeWords(own)}. ${cure}`,
      command: `${kind}Probe: { timeoutSeconds: ${String(Math.max(timeoutSeconds * 3, 5))}, failureThreshold: ${String(failureThreshold * 2)} }`,
    },
  ];
}

function changed(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const message = killingEvent(facts, stopAt)?.data.message ?? '';
  if (!/definition changed/i.test(message)) return undefined;
  return {
    cause: 'orchestrator.deleted',
    why: 'Replaced because its definition in the pod was changed',
    isTold: true,
    advice: [],
  };
}

function deadline(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const isOfPod = podReason(facts, 'DeadlineExceeded') !== undefined;
  const said = eventBefore(facts, stopAt, CLOCK_SLACK_US, ({ data }) => data.reason === 'DeadlineExceeded');
  if (!isOfPod && said === undefined) return undefined;
  const seconds = facts.orchestratorState?.data.deadlineSeconds;
  const text = 'If the work rightly takes longer, give it more time; if it was stuck, its log says in what.';
  if (!isOfPod && said?.data.reporter === JOB_CONTROLLER) {
    return {
      cause: 'orchestrator.deadline',
      why: `Stopped at the deadline of its ${ownerName(facts)} (activeDeadlineSeconds of the Job)`,
      isTold: true,
      advice: [{ text }],
    };
  }
  const allowed = seconds === undefined ? '' : `: the pod may run for ${String(seconds)} s`;
  return {
    cause: 'orchestrator.deadline',
    why: `Stopped at its deadline${allowed} (activeDeadlineSeconds)`,
    isTold: true,
    advice: [{ text, ...(seconds === undefined ? {} : { command: `activeDeadlineSeconds: ${String(seconds * 2)}` }) }],
  };
}

const JOB_CONTROLLER = 'job-controller';

/** `Job report`, or what it is where its name is not known. */
function ownerName(facts: Facts): string {
  const state = facts.orchestratorState?.data;
  const name = state === undefined ? '' : workloadName(state);
  return name === '' ? 'owner' : name;
}

function preempted(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const byKubelet = podReason(facts, 'Preempting')?.message ?? eventOf(facts, stopAt, 'Preempting');
  const byScheduler =
    eventOf(facts, stopAt, 'Preempted') ?? disruption(facts, stopAt, 'PreemptionByScheduler')?.message;
  if (byKubelet === undefined && byScheduler === undefined) return undefined;
  return {
    cause: 'orchestrator.preempted',
    why:
      byScheduler === undefined
        ? 'Preempted by kubelet, which needed the room for a critical pod'
        : `Preempted: the scheduler needed its room for a pod of higher priority${quoted(byScheduler)}`,
    isTold: true,
    advice: [
      {
        text: 'The node was full. Give the pod a priority class as high as its importance, or the cluster more room.',
        command: 'kubectl get priorityclass',
      },
    ],
  };
}

function shutdown(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const told =
    podReason(facts, 'NodeShutdown', 'Shutdown') ??
    (/node shutdown/i.test(podReason(facts, 'Terminated')?.message ?? '') ? { message: '' } : undefined) ??
    (/node shutdown/i.test(disruption(facts, stopAt, BY_KUBELET)?.message ?? '') ? { message: '' } : undefined);
  if (told === undefined) return undefined;
  return {
    cause: 'orchestrator.evicted',
    why: 'Evicted because the node was being shut down',
    isTold: true,
    advice: [{ text: 'Nothing is wrong with the program: find out who shut the node down, or restarted it.' }],
  };
}

function evicted(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const byKubelet = podReason(facts, 'Evicted')?.message ?? eventOf(facts, stopAt, 'Evicted');
  if (byKubelet !== undefined) return evictedByKubelet(facts, byKubelet);
  const byApi = disruption(facts, stopAt, 'EvictionByEvictionAPI');
  if (byApi !== undefined) {
    return {
      cause: 'orchestrator.evicted',
      why: 'Evicted through the eviction API, as kubectl drain and the cluster’s autoscaler do it',
      isTold: true,
      advice: [
        {
          text: 'Nothing is wrong with the program: the node was being emptied. A PodDisruptionBudget limits how many pods of a workload are taken away at once.',
          command: 'kubectl get poddisruptionbudget --all-namespaces',
        },
      ],
    };
  }
  const isTainted =
    eventBefore(
      facts,
      stopAt,
      CLOCK_SLACK_US,
      ({ data }) => data.reason === 'TaintManagerEviction' && !/^Cancel/i.test(data.message),
    ) !== undefined || disruption(facts, stopAt, 'DeletionByTaintManager') !== undefined;
  if (isTainted) {
    return {
      cause: 'orchestrator.evicted',
      why: 'Evicted because the node got a taint that the pod does not tolerate',
      isTold: true,
      advice: [
        {
          text: 'Taints of the node say what is wrong with it: not ready, unreachable, under pressure. tolerationSeconds of the pod says how long it may stay.',
          command: 'kubectl describe nodes',
        },
      ],
    };
  }
  return disruption(facts, stopAt, 'DeletionByPodGC') === undefined
    ? undefined
    : {
        cause: 'orchestrator.evicted',
        why: 'Removed by Kubernetes’ garbage collector: its node was gone, or was taken for gone',
        isTold: true,
        advice: [],
      };
}

const LOW_ON = /low on resource: ([\w.-]{1,40})/i;
const USED = /was using (\d+[A-Za-z]{0,2}), request is (\d+[A-Za-z]{0,2})/;

function evictedByKubelet(facts: Facts, message: string): OrchestratorReason {
  const resource = LOW_ON.exec(message)?.[1];
  const used = USED.exec(message);
  const common = { cause: 'orchestrator.evicted', isTold: true } as const;
  if (resource === 'memory' || resource === 'ephemeral-storage') {
    const what = resource === 'memory' ? 'memory' : 'disk space';
    const request = used?.[1] === undefined ? '' : `: it used ${used[1]} and requests ${used[2] ?? '0'}`;
    return {
      ...common,
      why: `Evicted because the node was low on ${what}${quoted(message)}`,
      advice: [
        {
          text: `Pods that use more than they request go first${request}. Request what it needs, or give the node more.`,
          ...(used?.[1] === undefined ? {} : { command: `resources: { requests: { ${resource}: ${used[1]} } }` }),
        },
      ],
    };
  }
  if (/emptyDir|local storage/i.test(message)) {
    return {
      ...common,
      why: `Evicted because the pod grew beyond the local storage that it may use${quoted(message)}`,
      advice: [
        {
          text: 'Write less to the container’s own file system and to emptyDir volumes, or raise the limit.',
          command: `kubectl describe pod ${displayText(facts.orchestratorState?.data.pod.name ?? 'POD', 253)}`,
        },
      ],
    };
  }
  const named = resource === undefined ? 'by kubelet' : `because the node was low on ${displayText(resource, 40)}`;
  return { ...common, why: `Evicted ${named}${quoted(message)}`, advice: [] };
}

function deleted(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const isBefore = isSeenBefore(facts, stopAt, ({ deletedAt }) => deletedAt !== undefined);
  return isBefore ? deletion(facts, stopAt) : undefined;
}

/** It was seen being deleted after the stop only: people delete what has just failed, too. */
function deletedMeanwhile(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const reason = deletion(facts, stopAt);
  if (reason === undefined) return undefined;
  const note = 'That it was stopped for the deletion follows from the time: the agent heard of that only afterwards.';
  return { ...reason, isTold: false, notes: [...(reason.notes ?? []), note] };
}

function deletion(facts: Facts, stopAt: EpochUs): OrchestratorReason | undefined {
  const state = facts.orchestratorState?.data;
  const at = state?.deletedAt;
  if (state === undefined || at === undefined || at > stopAt + CLOCK_SLACK_US) return undefined;
  const common = { cause: 'orchestrator.deleted', advice: [] } as const;
  const byOwner = ownersReason(facts, at);
  if (byOwner !== undefined) return { ...common, ...byOwner };
  const owner = workloadName(state);
  const who =
    owner === ''
      ? 'Who deleted it is in the audit log of the API server.'
      : `It belongs to ${owner}; nothing was heard of that deleting it. Who it was is in the audit log of the API server.`;
  return {
    ...common,
    why: `Stopped because its pod ${podName(state)} was deleted ${sinceWords(at, stopAt)}`,
    isTold: true,
    notes: [who],
  };
}

/**
 * A controller works through its pods one by one, and tells of each when it is done; with Recreate it goes on only when
 * they are gone.
 */
const OWNER_US = 20 * US_PER_SECOND;
const SCALED = /^Scaled (up|down) replica set (\S+)/;
/** As controllers of today and of before 1.25 put it. */
const TO_NONE = / to 0(?: from \d+)?$/;

/** Whoever made the pod has it deleted, and says so. */
function ownersReason(facts: Facts, at: EpochUs): Pick<OrchestratorReason, 'why' | 'notes' | 'isTold'> | undefined {
  const [since, until] = [at - OWNER_US, Math.max(at, facts.diedAt) + OWNER_US];
  const said = facts.orchestratorEvents.flatMap((event) =>
    event.at >= since && event.at <= until ? [event.data] : [],
  );
  const owner = ownerName(facts);
  const ofJob = said.find(({ reporter, reason }) => reporter === JOB_CONTROLLER && reason !== 'SuccessfulDelete');
  if (ofJob?.reason === 'Suspended') return { why: `Stopped because its ${owner} was suspended`, isTold: true };
  if (ofJob !== undefined)
    return { why: `Stopped because its ${owner} had failed${quoted(ofJob.message)}`, isTold: true };
  // Of many pods at once a controller names only some: Kubernetes keeps no more events of one object in a while.
  const named = said.find(({ reason }) => reason === 'SuccessfulDelete');
  const scaled = scaling(
    said.flatMap(({ reason, message }) => (reason === 'ScalingReplicaSet' ? [message] : [])),
    owner,
  );
  if (scaled !== undefined) {
    const others = 'That it was taken away for that follows from the time: nothing was heard of this very pod.';
    const notes = [...scaled.notes, ...(named === undefined ? [others] : [])];
    return { why: scaled.why, isTold: named !== undefined, ...(notes.length === 0 ? {} : { notes }) };
  }
  return named === undefined
    ? undefined
    : { why: `Stopped because its ${owner} deleted it${quoted(named.message)}`, isTold: true };
}

/** What a Deployment did to its ReplicaSets, where one of them became smaller. */
function scaling(
  messages: readonly string[],
  owner: string,
): { readonly why: string; readonly notes: readonly string[] } | undefined {
  const steps = messages.map((message) => ({
    message,
    direction: SCALED.exec(message)?.[1],
    of: SCALED.exec(message)?.[2],
  }));
  const down = steps.findLast(({ direction }) => direction === 'down');
  if (down === undefined) return undefined;
  const isReplaced = steps.some(({ direction, of }) => direction === 'up' && of !== down.of);
  if (isReplaced)
    return { why: `Replaced because ${owner} was rolled out with a new template${quoted(down.message)}`, notes: [] };
  if (TO_NONE.test(down.message))
    return {
      why: `Stopped because ${owner} wanted none of its pods any more${quoted(down.message)}`,
      notes: ['It was scaled to zero, or is rolled out by Recreate, which ends the old pods before it makes new ones.'],
    };
  return {
    why: `Stopped because ${owner} asked for fewer replicas${quoted(down.message)}`,
    notes: ['A rollout that stops the old pods before it starts new ones looks the same at first.'],
  };
}
