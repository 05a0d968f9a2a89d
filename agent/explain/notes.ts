import { causeFamily } from '../domain/causes.ts';
import { displayText } from '../domain/display.ts';
import { toExitCode } from '../domain/exit-status.ts';
import { sameProcess } from '../domain/process.ts';
import { Signal } from '../domain/signals.ts';
import { formatDuration } from '../domain/time.ts';
import { podOf } from '../domain/workload.ts';
import type { Facts } from './facts.ts';
import { ofKind } from './facts.ts';
import type { Finding } from './finding.ts';
import { keyOf } from './process-table.ts';
import { runtimeTitle } from './runtime-words.ts';
import { isUnbornProgram } from './senders.ts';
import { command, plural } from './words.ts';

/** Where the runtime's word and the kernel's differ: worth telling, because everybody else sees only the runtime's. */
export function notesOn(facts: Facts, finding: Finding): string[] {
  return [
    oomFlag(facts, finding),
    exitCode(facts),
    survivedOom(facts, finding),
    collateral(facts),
    unhealthy(facts, finding),
    throttled(facts),
    startedAgain(facts, finding),
    unexplained(facts, finding),
  ].filter((note) => note !== undefined);
}

function oomFlag(facts: Facts, { cause }: Finding): string | undefined {
  const flag = facts.runtimeState?.data.oomKilled;
  const title = runtimeTitle(facts);
  const kernelOom = causeFamily(cause) === 'oom' && facts.ooms.length > 0;
  if (flag === true && !kernelOom) {
    return facts.ooms.length > 0
      ? `${title} reports OOMKilled: true. A process of the container was killed for memory, but that is not what ended the container.`
      : `${title} reports OOMKilled: true, but the kernel killed no process of this container for memory.`;
  }
  if (flag === false && kernelOom) {
    return `${title} reports OOMKilled: false. It is wrong: the kernel’s own record of the kill is in the evidence.`;
  }
  return undefined;
}

function exitCode(facts: Facts): string | undefined {
  const code = facts.runtimeState?.data.exitCode;
  if (code === undefined || facts.mainExit === undefined) return undefined;
  const seen = toExitCode(facts.mainExit.data.status);
  return code === seen
    ? undefined
    : `${runtimeTitle(facts)} reports exit code ${String(code)}; the kernel saw ${String(seen)}.`;
}

function survivedOom(facts: Facts, { cause }: Finding): string | undefined {
  if (causeFamily(cause) === 'oom' || facts.ooms.length === 0) return undefined;
  return `${plural(facts.ooms.length, 'process', 'processes')} of the container ${facts.ooms.length === 1 ? 'was' : 'were'} killed for memory before; the container lived on.`;
}

const NAMED = 3;

/** When PID 1 ends, the kernel kills what is left in its pid namespace: those deaths have no cause of their own. */
function collateral(facts: Facts): string | undefined {
  const { main, mainExit } = facts;
  if (mainExit === undefined || main?.nsPid !== 1) return undefined;
  const taken = ofKind(facts.case.evidence, 'signal_sent').filter(
    ({ at, data }) =>
      data.signal === Signal.KILL &&
      data.info === 'priv' &&
      !data.targetIsMain &&
      at >= mainExit.at - NAMESPACE_END_US &&
      sameProcess(data.sender, main) &&
      !isUnbornProgram(data.target, facts.processes.programOf(data.target)),
  );
  const processes = new Map(taken.map(({ data }) => [keyOf(data.target), facts.processes.enrich(data.target)]));
  if (processes.size === 0) return undefined;
  const names = [...processes.values()].slice(0, NAMED).map(command).join('; ');
  const more = processes.size > NAMED ? '; …' : '';
  return `${plural(processes.size, 'other process', 'other processes')} ended with it, because nothing outlives PID 1 of a container: ${names}${more}.`;
}

/** The kernel ends a namespace in the same breath as its init. */
const NAMESPACE_END_US = 1_000;

/** A health check does not kill, but what watches it does. */
function unhealthy(facts: Facts, { cause, actor }: Finding): string | undefined {
  if (causeFamily(cause) !== 'kill' && causeFamily(cause) !== 'stop') return undefined;
  const last = facts.runtimeEvents.findLast(({ data }) => data.action === 'health_status');
  if (last?.data.health !== 'unhealthy' || last.at > facts.diedAt) return undefined;
  const output = facts.runtimeState?.data.lastHealthOutput ?? '';
  const guess =
    actor.requester?.certainty === 'certain' ? '' : ': something that watches health checks may be who asked for this';
  const said = output.trim() === '' ? '' : ` The check said: ${displayText(output.trim(), 120)}`;
  return `${runtimeTitle(facts)} had called it unhealthy ${formatDuration(facts.diedAt - last.at)} before${guess}.${said}`;
}

/** The same death will come again where the policy starts it again. A stop or a kill through the runtime ends that. */
function startedAgain(facts: Facts, { cause }: Finding): string | undefined {
  const policy = facts.container.restartPolicy;
  if (policy === undefined || facts.status === undefined || byRuntime(facts, cause)) return undefined;
  const code = toExitCode(facts.status);
  const applies =
    policy.name === 'always' || policy.name === 'unless-stopped' || (policy.name === 'on-failure' && code !== 0);
  if (!applies) return undefined;
  const limit = policy.maximumRetries ?? 0;
  const times = limit === 0 || policy.name !== 'on-failure' ? '' : `, at most ${plural(limit, 'time')}`;
  return `Its restart policy (${policy.name}) has ${runtimeTitle(facts)} start it again${times}. That does not change the cause.`;
}

function byRuntime({ mainExit }: Facts, cause: Finding['cause']): boolean {
  // A shell that could not start its command did run, and ended like any program.
  if (causeFamily(cause) === 'start') return mainExit === undefined;
  return cause === 'kill.runtime' || ['stop', 'orchestrator'].includes(causeFamily(cause));
}

/** A pod's container that was stopped, and nobody said why. */
function unexplained(facts: Facts, { cause, actor }: Finding): string | undefined {
  if (podOf(facts.container) === undefined || actor.kind !== 'runtime') return undefined;
  if (cause === 'stop.shutdown' || causeFamily(cause) === 'start' || !byRuntime(facts, cause)) return undefined;
  if (facts.orchestratorConnection?.data.state === 'lost')
    return 'Why Kubernetes had it stopped is not known: the connection to its API was broken at the time.';
  if (facts.orchestratorState?.data.sidecar?.othersEnded === true)
    return 'It is a sidecar of its pod, whose own containers have all ended: kubelet stops sidecars then.';
  return facts.orchestratorState === undefined && facts.orchestratorEvents.length === 0
    ? 'Why Kubernetes had it stopped, if it did, is not known: the agent is not joined to its API (setting kubernetes).'
    : 'Kubernetes gave no reason for the stop: no failed probe, eviction or deletion of the pod was seen.';
}

function throttled(facts: Facts): string | undefined {
  const throttle = facts.mainExit?.data.throttle;
  if (throttle === undefined || throttle.periods < 50) return undefined;
  const share = throttle.throttledPeriods / throttle.periods;
  return share < 0.25
    ? undefined
    : `It had to wait for CPU in ${String(Math.round(share * 100))} % of its scheduling periods: its CPU limit is too low for what it does.`;
}
