import { KIND } from '../../native/layout.ts';

export const KIND_NAMES: ReadonlyMap<number, string> = new Map([
  [KIND.containerCreated, 'container_created'],
  [KIND.containerRemoved, 'container_removed'],
  [KIND.processExec, 'process_exec'],
  [KIND.processExit, 'process_exit'],
  [KIND.signalSent, 'signal_sent'],
  [KIND.signalReceived, 'signal_received'],
  [KIND.oomKill, 'oom_kill'],
]);

/** 'No limit', and 'not known'. */
export const NONE = 0xffff_ffff_ffff_ffffn;
