import type { CauseId } from '../../domain/causes.ts';
import type { Actor } from '../../domain/death.ts';
import { processName } from '../../domain/process.ts';
import type { EpochUs } from '../../domain/time.ts';
import { Signal } from '../../domain/signals.ts';
import { toExitCode } from '../../domain/exit-status.ts';
import { podOf } from '../../domain/workload.ts';
import type { Facts, Subject } from '../facts.ts';
import type { Absence, Finding, Rule, SignalRule } from '../finding.ts';
import { killingEvent, orchestratorReason, unheard } from '../orchestrator-reasons.ts';
import type { OrchestratorReason } from '../orchestrator-reasons.ts';
import { WHOLE_SECOND_US } from '../pods.ts';
import { runtimeTitle } from '../runtime-words.ts';
import { stopRequest } from '../stop-request.ts';
import { statusPhrase, subjectName } from '../words.ts';

/** Ends that a runtime brings about when it is asked to. */
const ASKED: ReadonlySet<CauseId> = new Set(['stop.graceful', 'stop.forced', 'stop.ignored', 'kill.runtime']);

/** A rule that explains how a runtime ended a container, and over it why Kubernetes had it do so. */
export function withOrchestrator(rule: SignalRule): SignalRule {
  return (facts, subject) => explained(facts, subject, rule(facts, subject));
}

/** The same for a rule about the death as a whole. */
export function wholeWithOrchestrator(rule: Rule): Rule {
  return (facts) => explained(facts, facts.subject, rule(facts));
}

function explained(facts: Facts, subject: Subject | undefined, finding: Finding | undefined): Finding | undefined {
  if (finding === undefined || !ASKED.has(finding.cause) || podOf(facts.container) === undefined) return finding;
  const stopAt = stoppedAt(facts, subject);
  const reason = isElsewhere(finding.actor) ? undefined : orchestratorReason(facts, stopAt);
  const absences = [...(finding.reliesOnAbsence ?? []), ...unheard(facts, stopAt)];
  if (reason === undefined) return { ...finding, reliesOnAbsence: absences };
  return orchestrated(facts, finding, reason, stopAt, absences);
}

function orchestrated(
  facts: Facts,
  finding: Finding,
  reason: OrchestratorReason,
  stopAt: EpochUs,
  reliesOnAbsence: readonly Absence[],
): Finding {
  const { course = '', subject, actor } = finding;
  // Two that never spoke to one another agree: kubelet said that it would, and the kernel saw the runtime do it.
  const isAgreed = reason.isTold && killingEvent(facts, stopAt) !== undefined;
  return {
    cause: reason.cause,
    certainty: finding.certainty === 'certain' && !isAgreed ? 'likely' : finding.certainty,
    headline: `${reason.why}${course === '' ? '' : `; ${course}`}.`,
    actor: orchestratorActor(actor),
    ...(subject === undefined ? {} : { subject }),
    // That a runtime should stop instead of kill is no advice to somebody who uses Kubernetes.
    advice: [...reason.advice, ...(finding.cause === 'kill.runtime' ? [] : finding.advice)],
    notes: [...(reason.notes ?? []), ...(finding.notes ?? [])],
    reliesOnAbsence,
  };
}

function orchestratorActor({ requester }: Actor): Actor {
  return { kind: 'orchestrator', ancestry: [], ...(requester === undefined ? {} : { requester }) };
}

/** The request to stop, else the signal that ended it, else the end. */
function stoppedAt(facts: Facts, subject: Subject | undefined): EpochUs {
  if (subject === undefined) return facts.diedAt;
  return stopRequest(facts, subject)?.sent.at ?? subject.fatal?.at ?? subject.at;
}

/** Programs that are or hold the kubelet: of k3s, RKE2, k0s and MicroK8s, too. */
const KUBELETS: ReadonlySet<string> = new Set([
  'kubelet',
  'k3s',
  'rke2',
  'k0s',
  'kubelite',
  'hyperkube',
  'cri-dockerd',
]);

/** Somebody else was seen asking for this very stop: crictl, for example. Then Kubernetes had no part in it. */
function isElsewhere({ requester }: Actor): boolean {
  if (requester?.certainty !== 'certain') return false;
  return requester.candidates.every(({ process }) => !KUBELETS.has(processName(process)));
}

/** Codes of programs that end because they were asked to. */
const ASKED_CODES: ReadonlySet<number> = new Set([0, 128 + Signal.TERM]);

/**
 * kubelet had begun to stop it and no signal had come yet: a preStop hook runs first, and often is what ends the
 * program. Only where that was surely before the end: kubelet also clears away what has ended by itself.
 */
export const stoppedByHook: Rule = (facts) => {
  const { subject } = facts;
  if (subject?.status.kind !== 'exited' || !ASKED_CODES.has(subject.status.code)) return undefined;
  const killing = killingEvent(facts, subject.at);
  if (killing === undefined || subject.at - killing.at < 2 * WHOLE_SECOND_US) return undefined;
  const reason = orchestratorReason(facts, subject.at);
  if (reason === undefined) return undefined;
  return {
    cause: reason.cause,
    certainty: 'likely',
    headline: `${reason.why}; ${subjectName(subject)} ended with ${statusPhrase(subject.status)} before ${runtimeTitle(facts)} had sent it a signal.`,
    actor: { kind: 'orchestrator', ancestry: [] },
    subject,
    advice: reason.advice,
    notes: [
      ...(reason.notes ?? []),
      'Kubernetes runs a preStop hook before it sends a signal: most likely the hook had the program end.',
    ],
  };
};

/** Nobody watched the kernel: what Kubernetes says and what the runtime reports are all there is. */
export const orchestratorReported: Rule = (facts) => {
  const { status } = facts;
  if (status?.kind !== 'reported' || killingEvent(facts, facts.diedAt) === undefined) return undefined;
  if (facts.runtimeState?.data.oomKilled === true || facts.kernelLogOoms.length > 0) return undefined;
  const code = toExitCode(status);
  if (!ASKED_CODES.has(code) && code !== 128 + Signal.KILL) return undefined;
  const reason = orchestratorReason(facts, facts.diedAt);
  if (reason === undefined) return undefined;
  return {
    cause: reason.cause,
    certainty: 'likely',
    headline: `${reason.why}; it ended with exit code ${String(code)}, says ${runtimeTitle(facts)}.`,
    actor: { kind: 'orchestrator', ancestry: [] },
    advice: reason.advice,
    notes: [...(reason.notes ?? []), 'The agent was not watching: how it ended, nobody saw.'],
  };
};
