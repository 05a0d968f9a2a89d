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
  [KIND.processFault, 'process_fault'],
]);

/** The record that a program makes, by the program's name. */
export const RECORD_OF_PROGRAM: ReadonlyMap<string, string> = new Map([
  ['cgroup_mkdir', 'container_created'],
  ['cgroup_rmdir', 'container_removed'],
  ['sched_process_exec', 'process_exec'],
  ['sched_process_exit', 'process_exit'],
  ['process_exec_event', 'process_exec'],
  ['process_exit_event', 'process_exit'],
  ['signal_generate', 'signal_sent'],
  ['signal_deliver', 'signal_received'],
  ['mark_victim', 'oom_kill'],
  ['process_fault', 'process_fault'],
  ['data_ready_event', 'runtime_request'],
  ['sk_data_ready', 'runtime_request'],
  ['sock_readable_fentry', 'runtime_request'],
  ['sock_readable_kprobe', 'runtime_request'],
]);

/** 'No limit', and 'not known'. */
export const NONE = 0xffff_ffff_ffff_ffffn;
