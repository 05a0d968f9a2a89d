import { KIND } from '../../native/layout.ts';

export const KIND_NAMES: ReadonlyMap<number, string> = new Map([
  [KIND.containerCreated, 'container_created'],
  [KIND.containerRemoved, 'container_removed'],
  [KIND.processExec, 'process_exec'],
  [KIND.processExit, 'process_exit'],
  [KIND.signalSent, 'signal_sent'],
  [KIND.signalReceived, 'signal_received'],
  [KIND.oomKill, 'oom_kill'],
  [KIND.runtimeRequest, 'runtime_request'],
]);

/**
 * Programs on the way of every socket's data. They are skipped while they run already, which happens when
 * an interrupt brings a packet of the network in between: never a client of a runtime, so nothing is missed.
 */
export const SOCKET_PROGRAMS: ReadonlySet<string> = new Set([
  'sk_data_ready',
  'sock_readable_fentry',
  'sock_readable_kprobe',
]);

/** 'No limit', and 'not known'. */
export const NONE = 0xffff_ffff_ffff_ffffn;
