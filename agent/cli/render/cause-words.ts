import type { CauseId } from '../../domain/causes.ts';
import { causeFamily, isUnexpected } from '../../domain/causes.ts';
import type { Style } from '../text/paint.ts';

/** Causes short enough for a column. `explain` says the same in a sentence. */
export const CAUSE_WORDS: Readonly<Record<CauseId, string>> = {
  'oom.container': 'memory limit',
  'oom.ancestor': 'memory limit above',
  'oom.host': 'host out of memory',
  'oom.userspace': 'oom daemon',
  'oom.runtime': 'own heap limit',
  'stop.graceful': 'stopped',
  'stop.forced': 'stop timed out',
  'stop.ignored': 'stop ignored',
  'stop.shutdown': 'shutdown',
  'kill.runtime': 'killed by runtime',
  'kill.host': 'killed from host',
  'kill.inside': 'killed from inside',
  'kill.container': 'killed by neighbour',
  'kill.self': 'killed itself',
  'kill.cgroup': 'cgroup.kill',
  'kill.parent-death': 'parent ended',
  'kill.terminal': 'terminal',
  'kill.timer': 'timer',
  'crash.segfault': 'segfault',
  'crash.bus': 'bus error',
  'crash.abort': 'abort',
  'crash.fpe': 'arithmetic error',
  'crash.illegal': 'illegal instruction',
  'crash.trap': 'trap',
  'crash.seccomp': 'forbidden syscall',
  'crash.pipe': 'broken pipe',
  'limit.cpu': 'CPU time limit',
  'limit.file-size': 'file size limit',
  'limit.pids': 'process limit',
  'limit.disk': 'disk full',
  'exit.success': 'finished',
  'exit.error': 'error',
  'start.not-found': 'command not found',
  'start.not-executable': 'not executable',
  'start.failed': 'could not start',
  'orchestrator.probe': 'probe failed',
  'orchestrator.evicted': 'evicted',
  'orchestrator.deleted': 'deleted',
  'orchestrator.preempted': 'preempted',
  'orchestrator.deadline': 'deadline',
  unknown: 'unknown',
};

/** Red for what broke, yellow for what was ended from outside or is unknown, dim for what was meant to happen. */
export function causeStyle(cause: CauseId): Style {
  if (!isUnexpected(cause)) return 'dim';
  switch (causeFamily(cause)) {
    case 'oom':
    case 'crash':
    case 'limit':
    case 'start':
      return 'bad';
    case 'exit':
    case 'stop':
    case 'kill':
    case 'orchestrator':
    case 'unknown':
      return 'caution';
  }
}
