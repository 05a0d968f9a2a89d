import { framePlace } from '../domain/backtrace.ts';
import { formatBytes } from '../domain/bytes.ts';
import { runtimeTitle } from '../domain/container.ts';
import { displayCommand, displayText } from '../domain/display.ts';
import type {
  Evidence,
  EvidenceData,
  EvidenceGap,
  MemoryLevel,
  OomKill,
  ProcessExit,
  RuntimeState,
  RuntimeRequest,
  ProcessFault,
  SignalSent,
} from '../domain/evidence.ts';
import { groupName } from '../domain/memory-level.ts';
import type { ProcessRef } from '../domain/process.ts';
import { Signal, signalName } from '../domain/signals.ts';
import { formatDuration } from '../domain/time.ts';
import { placeOfFault } from './fault-place.ts';
import { placeWords, whereWords, whoAborted } from './fault-words.ts';
import { eventWords, stateWords } from './orchestrator-words.ts';
import { placeOf } from './senders.ts';
import type { Place } from './senders.ts';
import { command, containerName, hostProcess, plural, program, rolePid, statusPhrase } from './words.ts';

/** One sentence for one piece of evidence, safe to show. */
export function describe(evidence: Evidence, outer?: Place['outer']): string {
  return describeData(evidence.data, { id: evidence.containerId ?? '', ...(outer !== undefined && { outer }) });
}

function describeData(data: EvidenceData, place: Place): string {
  switch (data.kind) {
    case 'process_exec':
      return `${named(data.process)} ran ${displayCommand(data.process.argv ?? [data.filename], 120)}`;
    case 'signal_sent':
      return signalSent(data, place);
    case 'signal_received':
      return `${named(data.process)} handled ${signalName(data.signal)}`;
    case 'oom_kill':
      return oomKill(data);
    case 'process_exit':
      return processExit(data);
    case 'process_fault':
      return processFault(data);
    case 'cpu_throttle':
      return `it waited for CPU in ${String(data.throttledPeriods)} of ${String(data.periods)} periods (${formatDuration(data.throttledUs)} in all)`;
    case 'container_created':
      return 'the container’s cgroup was made';
    case 'container_removed':
      return 'the container’s cgroup was removed';
    case 'runtime_event':
      return `the runtime announced ${data.action}${eventDetail(data)}`;
    case 'runtime_request':
      return request(data, place.id);
    case 'runtime_state':
      return runtimeState(data);
    case 'runtime_connection':
      return data.state === 'lost' ? 'the connection to the runtime broke' : 'the runtime answers again';
    case 'orchestrator_event':
      return eventWords(data);
    case 'orchestrator_state':
      return stateWords(data);
    case 'orchestrator_connection':
      return data.state === 'lost' ? 'the connection to Kubernetes’ API broke' : 'Kubernetes’ API answers again';
    case 'kernel_log_oom':
      return `the kernel’s log: out of memory (constraint ${data.constraint}), killed ${displayText(data.victimComm, 32)} (pid ${String(data.victimPid)})${data.anonRssBytes === undefined ? '' : ` with ${formatBytes(data.anonRssBytes)} of its own memory`}`;
    case 'kernel_log_fault':
      return `the kernel’s log: ${displayText(data.text, 200)}`;
    case 'vitals':
      return plural(data.samples.length, 'sample of its memory and CPU', 'samples of its memory and CPU');
    case 'log_tail':
      return `the last ${plural(data.lines.length, 'line')} of its log`;
    case 'evidence_gap':
      return gap(data);
  }
}

function runtimeState({ exitCode, oomKilled, reason, error = '', message = '' }: RuntimeState): string {
  const said = [
    `exit code ${String(exitCode ?? '?')}`,
    `OOMKilled ${String(oomKilled ?? '?')}`,
    reason === undefined || reason === 'OOMKilled' ? '' : `reason ${displayText(reason, 40)}`,
    error === '' ? '' : `error: ${displayText(error, 200)}`,
    message === '' ? '' : `the program’s termination message: ${displayText(message, 200)}`,
  ];
  return `the runtime keeps: ${said.filter((part) => part !== '').join(', ')}`;
}

function named(process: ProcessRef): string {
  return `${program(process)} (${rolePid(process)})`;
}

const RESULTS: Readonly<Record<SignalSent['result'], string>> = {
  delivered: '',
  ignored: '; the kernel dropped it: no handler, or ignored',
  already_pending: '; one was pending already',
  overflow: '; the queue was full',
  info_lost: '; delivered without its details',
};

function signalSent(data: SignalSent, place: Place): string {
  const name = signalName(data.signal);
  const target = named(data.target);
  if (data.info === 'struct' && data.code > 0 && data.sender?.pid === data.target.pid) {
    return `${target} ran into ${name}${data.faultAddress === undefined ? '' : ` at address ${data.faultAddress}`}`;
  }
  return `${name} to ${target}, from ${senderPhrase(data, place)}${RESULTS[data.result]}`;
}

function senderPhrase(data: SignalSent, place: Place): string {
  const { sender } = data;
  if (sender === undefined) return 'the kernel';
  // Whoever ran at that moment is not the sender: the kernel acted for itself.
  if (data.info === 'priv')
    return sender.pid === data.target.pid ? 'the kernel' : `the kernel, while ${named(sender)} ran`;
  switch (placeOf({ at: 0, source: 'kernel', containerId: place.id, data }, place)) {
    case 'itself':
      return 'itself';
    case 'inside':
      return `${command(sender)} (${rolePid(sender)})`;
    case 'container':
      return `${command(sender)} in container ${containerName(sender.containerId ?? '?')}`;
    case 'runtime':
      return `the runtime (${runtimeCommand(sender)})`;
    default:
      return hostProcess(sender);
  }
}

const RUNTIME_VERBS: ReadonlySet<string> = new Set(['kill', 'delete', 'stop', 'run', 'start', 'create']);

/** `runc kill`: the folders and ids in between say nothing to a reader. */
function runtimeCommand(sender: ProcessRef): string {
  const verb = sender.argv?.find((word) => RUNTIME_VERBS.has(word));
  return verb === undefined ? program(sender) : `${program(sender)} ${verb}`;
}

function oomKill(data: OomKill): string {
  const reached = data.levels.find((level) => level.reachedLimit);
  const where = reached === undefined ? 'no memory group of it was at its limit' : levelPhrase(reached);
  const trigger =
    data.trigger.pid === data.victim.pid ? '' : `; ${named(data.trigger)} was the one that asked for memory`;
  return `the kernel’s out-of-memory killer chose ${named(data.victim)}: ${where}${trigger}`;
}

function levelPhrase(level: MemoryLevel): string {
  const name = level.isContainer ? 'the container' : groupName(level.name, 48);
  const limit = level.limitBytes === undefined ? '' : ` of ${formatBytes(level.limitBytes)}`;
  return `${name} used ${formatBytes(level.usageBytes)}${limit}`;
}

function processExit(data: ProcessExit): string {
  const status =
    data.status.kind === 'signaled'
      ? `was ended by ${statusPhrase(data.status)}`
      : `ended with ${statusPhrase(data.status)}`;
  const core = data.status.kind === 'signaled' && data.status.coreDumped ? ' (core dumped)' : '';
  return `${named(data.process)} ${status}${core}${memoryUsed(data)}`;
}

function processFault(fault: ProcessFault): string {
  const place = placeOfFault(fault);
  const what = place === undefined ? '' : `: ${placeWords(place, fault)}`;
  const frames = fault.frames.length === 0 ? '' : `; backtrace of ${plural(fault.frames.length, 'frame')}`;
  const where = fault.signal === Signal.ABRT ? whoAborted(fault) : whereWords(fault);
  return `${named(fault.process)} at ${signalName(fault.signal)}${what}${where}${beneath(fault)}${frames}`;
}

/** What a handler came over, where the process was in one. */
function beneath({ frames }: ProcessFault): string {
  const below = frames.find(({ interrupted }) => interrupted !== undefined);
  return below === undefined ? '' : `, in a signal’s handler that came over ${framePlace(below)}`;
}

/** The container's peak, not the process's: a PID 1 inherits the peak of the runtime's init that it was before. */
function memoryUsed({ memory }: ProcessExit): string {
  const peak = memory?.peakBytes;
  if (memory === undefined || peak === undefined) return '';
  const limit = memory.limitBytes === undefined ? '' : ` of ${formatBytes(memory.limitBytes)}`;
  return `; the container had used ${formatBytes(peak)}${limit} at most`;
}

function request(data: RuntimeRequest, containerId: string): string {
  const { client, clientContainer } = data;
  const where =
    client.containerId === undefined
      ? ''
      : client.containerId === containerId
        ? ', a process of this container,'
        : `, a process of the container ${clientContainer === undefined ? containerName(client.containerId) : displayText(clientContainer, 32)},`;
  const who = client.containerId === undefined ? hostProcess(client) : `${command(client)}${where}`;
  return `${who} ${wish(data)}`;
}

const WISHES: Readonly<Record<Exclude<RuntimeRequest['action'], 'unknown'>, string>> = {
  stop: 'to stop',
  restart: 'to restart',
  kill: 'to kill',
  remove: 'to remove by force',
};

function wish({ action, runtime, container, pod, graceSeconds, signal }: RuntimeRequest): string {
  const title = runtimeTitle(runtime);
  if (action === 'unknown') return `spoke to ${title}; what about cannot be seen`;
  // It is among this container's evidence because it speaks of it, by whatever name.
  const what = container === undefined && pod !== undefined ? `the pod ${displayText(pod, 64)}` : 'it';
  const how = signal === undefined ? '' : ` with ${signalName(signal)}`;
  const grace =
    graceSeconds === undefined
      ? ''
      : graceSeconds < 0
        ? ', however long it takes'
        : `, within ${String(graceSeconds)} s`;
  return `asked ${title} ${WISHES[action]} ${what}${how}${grace}`;
}

function eventDetail(data: { signal?: number; exitCode?: number; health?: string }): string {
  if (data.signal !== undefined) return ` with ${signalName(data.signal)}`;
  if (data.exitCode !== undefined) return ` with exit code ${String(data.exitCode)}`;
  return data.health === undefined ? '' : `: ${data.health}`;
}

const GAP_REASONS: Readonly<Record<EvidenceGap['reason'], string>> = {
  ring_full: 'the kernel’s buffer was full',
  rate_limited: 'the container made too many of them',
  agent_started_late: 'the agent started after the container',
  agent_down: 'the agent was not running',
  pins_abandoned: 'an older agent’s records could not be read',
  containers_full: 'too many containers at once',
  recursion: 'the kernel skipped them',
  not_stored: 'the disk did not take them',
};

function gap(data: EvidenceGap): string {
  const kinds = data.recordKinds.length === 0 ? '' : ` (${displayText(data.recordKinds.join(', '), 120)})`;
  const what =
    data.lost > 0
      ? `${plural(data.lost, 'record')}${kinds} ${data.lost === 1 ? 'is' : 'are'} missing`
      : 'records may be missing';
  return `${what}: ${GAP_REASONS[data.reason]}${data.flooder === undefined ? '' : `; most came from ${containerName(data.flooder)}`}`;
}
