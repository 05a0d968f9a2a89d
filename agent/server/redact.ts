import { CAUSES } from '../domain/causes.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import type { Actor, Death, DeathEvidence, DeathSummary, Requesters, Verdict } from '../domain/death.ts';
import type { EvidenceData, OrchestratorState, RuntimeState } from '../domain/evidence.ts';
import type { ProcessRef } from '../domain/process.ts';
import type { LiveContainer } from '../domain/protocol.ts';
import { plainHeadline } from '../domain/wound-words.ts';
import { plainText } from './plain-text.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What a caller of the plain tier gets. Command lines and log lines are left out, and so is every
 * sentence that may quote them: headlines are those of the cause, evidence is described anew from
 * its structure. Nothing is searched and replaced, as that finds only what it expects.
 */
export function redactForPlain(death: Death): Death {
  const { repetition, wounds } = death;
  return {
    ...death,
    container: redactContainer(death.container),
    verdict: { ...redactVerdict(death.verdict), headline: plainHeadline(death.verdict.cause, death.wound) },
    evidence: death.evidence.map(redactEvidence),
    logTail: undefined,
    revisions: death.revisions.map((revision) => ({ ...revision, headline: CAUSES[revision.cause] })),
    ...(repetition !== undefined && {
      repetition: { ...repetition, changes: repetition.changes.filter(({ what }) => what !== 'command') },
    }),
    ...(wounds !== undefined && { wounds: wounds.map((wound) => ({ ...wound, headline: CAUSES[wound.cause] })) }),
  };
}

export function redactSummary(summary: DeathSummary): DeathSummary {
  return { ...summary, headline: plainHeadline(summary.cause, summary.wound) };
}

export function redactLive({ identity, vitals }: LiveContainer): LiveContainer {
  return { identity: redactContainer(identity), vitals };
}

export function redactEvidence(evidence: DeathEvidence): DeathEvidence {
  const data = redactData(evidence.data);
  return { ...evidence, data, text: plainText(data) };
}

function redactContainer(container: ContainerIdentity): ContainerIdentity {
  const copy: Writable<ContainerIdentity> = { ...container };
  delete copy.entrypoint;
  delete copy.command;
  return copy;
}

/** Advice and notes name limits and numbers, but may quote a command line or a log: they go as a whole. */
function redactVerdict(verdict: Verdict): Verdict {
  const { logClue: _quotesItsLog, victim, ...rest } = verdict;
  return {
    ...rest,
    headline: CAUSES[verdict.cause],
    actor: redactActor(verdict.actor),
    victim: victim === undefined ? undefined : { ...victim, process: redactProcess(victim.process) },
    ruledOut: verdict.ruledOut.map(({ cause }) => ({ cause, why: 'The reason is not shown to this user' })),
    advice: [],
    notes: [],
  };
}

function redactActor(actor: Actor): Actor {
  return {
    ...actor,
    ...(actor.process === undefined ? {} : { process: redactProcess(actor.process) }),
    ancestry: actor.ancestry.map(redactProcess),
    ...(actor.requester === undefined ? {} : { requester: redactRequesters(actor.requester) }),
  };
}

function redactRequesters({ certainty, candidates }: Requesters): Requesters {
  return {
    certainty,
    candidates: candidates.map((one) => ({
      ...one,
      process: redactProcess(one.process),
      ancestry: one.ancestry.map(redactProcess),
    })),
  };
}

function redactProcess(process: ProcessRef): ProcessRef {
  const copy: Writable<ProcessRef> = { ...process };
  delete copy.argv;
  delete copy.argvTruncated;
  return copy;
}

function redactData(data: EvidenceData): EvidenceData {
  switch (data.kind) {
    case 'process_exec':
      return { ...data, process: redactProcess(data.process), filename: '' };
    case 'process_exit':
    case 'process_fault':
    case 'signal_received':
      return { ...data, process: redactProcess(data.process) };
    case 'signal_sent':
      return {
        ...data,
        target: redactProcess(data.target),
        ...(data.sender === undefined ? {} : { sender: redactProcess(data.sender) }),
        ancestry: data.ancestry.map(redactProcess),
      };
    case 'runtime_request':
      return { ...data, client: redactProcess(data.client), ancestry: data.ancestry.map(redactProcess) };
    case 'oom_kill':
      return { ...data, victim: redactProcess(data.victim), trigger: redactProcess(data.trigger) };
    case 'log_tail':
      return { ...data, lines: [], truncated: true };
    case 'kernel_log_fault':
      return { ...data, text: '' };
    case 'runtime_state': {
      // A health check's output is a log, and the runtime's error quotes the command it could not start.
      const copy: Writable<RuntimeState> = { ...data };
      delete copy.lastHealthOutput;
      delete copy.error;
      return copy;
    }
    case 'orchestrator_event':
      // The output of a probe is a log.
      return { ...data, message: '' };
    case 'orchestrator_state': {
      const copy: Writable<OrchestratorState> = { ...data, probes: [] };
      delete copy.message;
      delete copy.disruption;
      return copy;
    }
    case 'cpu_throttle':
    case 'container_created':
    case 'container_removed':
    case 'runtime_event':
    case 'runtime_connection':
    case 'orchestrator_connection':
    case 'kernel_log_oom':
    case 'vitals':
    case 'evidence_gap':
      return data;
  }
}
