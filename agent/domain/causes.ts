/**
 * The public list of causes. Ids are stable: they stand in stores, protocols, metrics and settings
 * of other people. Add, never rename.
 */
export const CAUSES = {
  'oom.container': 'Killed because the container reached its own memory limit',
  'oom.ancestor': 'Killed because a memory limit above the container was reached',
  'oom.host': 'Killed because the machine ran out of memory',
  'oom.userspace': 'Killed by an out-of-memory daemon on the host',
  'oom.runtime': 'The program reached its own heap limit',
  'stop.graceful': 'Stopped on request',
  'stop.forced': 'Did not stop in time and was killed',
  'stop.ignored': 'Could not receive the request to stop and was killed',
  'stop.shutdown': 'Stopped because the runtime or the host was going down',
  'kill.runtime': 'Killed through the container runtime',
  'kill.host': 'Killed by a process on the host',
  'kill.inside': 'Killed by another process of the same container',
  'kill.container': 'Killed by a process of another container',
  'kill.self': 'Killed itself',
  'kill.cgroup': 'Killed through cgroup.kill',
  'kill.parent-death': 'Killed because its parent ended',
  'kill.terminal': 'Ended from its terminal',
  'kill.timer': 'Ended by a timer that nobody handled',
  'crash.segfault': 'Crashed on an invalid memory access',
  'crash.bus': 'Crashed on memory that has no backing',
  'crash.abort': 'Aborted itself',
  'crash.fpe': 'Crashed on an arithmetic error',
  'crash.illegal': 'Crashed on an illegal instruction',
  'crash.trap': 'Crashed on a trap',
  'crash.seccomp': 'Killed for a forbidden system call',
  'crash.pipe': 'Ended by writing to a pipe that nobody reads',
  'limit.cpu': 'Ended by its CPU time limit',
  'limit.file-size': 'Ended by its file size limit',
  'limit.pids': 'Failed at its limit of processes',
  'limit.disk': 'Failed for lack of disk space',
  'exit.success': 'Finished',
  'exit.error': 'Exited with an error',
  'start.not-found': 'Could not start: the command was not found',
  'start.not-executable': 'Could not start: the command is not executable',
  'start.failed': 'Could not start',
  'orchestrator.probe': 'Stopped because a health probe failed',
  'orchestrator.evicted': 'Evicted from the node',
  'orchestrator.deleted': 'Deleted through the orchestrator',
  'orchestrator.preempted': 'Preempted by a workload of higher priority',
  'orchestrator.deadline': 'Stopped at its deadline',
  unknown: 'Unknown: the evidence does not decide',
} as const satisfies Readonly<Record<string, string>>;

export type CauseId = keyof typeof CAUSES;

export const CAUSE_IDS: readonly CauseId[] = Object.keys(CAUSES).filter(isCauseId);

/** The part before the dot; views group and pick icons by it. */
export type CauseFamily = 'oom' | 'stop' | 'kill' | 'crash' | 'limit' | 'exit' | 'start' | 'orchestrator' | 'unknown';

const FAMILIES: ReadonlySet<string> = new Set<CauseFamily>([
  'oom',
  'stop',
  'kill',
  'crash',
  'limit',
  'exit',
  'start',
  'orchestrator',
  'unknown',
]);

export function isCauseId(text: string): text is CauseId {
  return Object.hasOwn(CAUSES, text);
}

function isFamily(text: string): text is CauseFamily {
  return FAMILIES.has(text);
}

export function causeFamily(cause: CauseId): CauseFamily {
  const head = cause.split('.', 1)[0] ?? '';
  return isFamily(head) ? head : 'unknown';
}

/** Whether somebody who looks after the container would call this death unexpected. */
export function isUnexpected(cause: CauseId): boolean {
  return (
    cause !== 'exit.success' &&
    cause !== 'stop.graceful' &&
    cause !== 'stop.shutdown' &&
    cause !== 'orchestrator.deleted'
  );
}
