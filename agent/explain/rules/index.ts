import type { Facts, Subject } from '../facts.ts';
import type { Finding, Rule, SignalRule } from '../finding.ts';
import { NOBODY_KNOWN } from '../finding.ts';
import { abort, abortExit, crash } from './crash.ts';
import { diskFull } from './disk-full.ts';
import { askedToEnd, childDeath, exited } from './exited.ts';
import { handledCrash } from './handled-crash.ts';
import { heapAbort, heapExit } from './heap.ts';
import {
  cgroupKill,
  hostKill,
  insideKill,
  kernelKill,
  oomDaemon,
  otherContainerKill,
  parentDeath,
  runtimeKill,
  terminal,
  unattributed,
} from './killed.ts';
import { oomKill } from './oom-kill.ts';
import { orchestratorReported, stoppedByHook, wholeWithOrchestrator, withOrchestrator } from './orchestrator.ts';
import { pidsLimit } from './pids-limit.ts';
import { reported } from './reported.ts';
import { brokenPipe, cpuLimit, fileSizeLimit, seccomp, selfKill, timer } from './self-inflicted.ts';
import { startByLog } from './start-by-log.ts';
import { neverRan, startFailed } from './start.ts';
import { stopExited, stopKilled, stopSignalled } from './stop.ts';

/** How one process died by a signal. The first that applies wins: from the kernel's own word to the sender's place. */
export const SIGNAL_RULES: readonly SignalRule[] = [
  oomKill,
  seccomp,
  heapAbort,
  crash,
  abort,
  brokenPipe,
  fileSizeLimit,
  timer,
  cpuLimit,
  terminal,
  oomDaemon,
  cgroupKill,
  parentDeath,
  kernelKill,
  selfKill,
  withOrchestrator(stopKilled),
  withOrchestrator(stopSignalled),
  withOrchestrator(runtimeKill),
  insideKill,
  otherContainerKill,
  hostKill,
  unattributed,
];

/** How a container died. Read from top to bottom: the first that applies wins. */
export const RULES: readonly Rule[] = [
  startFailed,
  bySignal(SIGNAL_RULES),
  wholeWithOrchestrator(stopExited),
  childDeath(SIGNAL_RULES),
  askedToEnd,
  pidsLimit,
  heapExit,
  abortExit,
  diskFull,
  startByLog,
  stoppedByHook,
  handledCrash,
  exited,
  neverRan,
  orchestratorReported,
  reported,
];

function bySignal(rules: readonly SignalRule[]): Rule {
  return (facts) => {
    const subject = facts.subject;
    return subject?.status.kind === 'signaled' ? firstOf(rules, facts, subject) : undefined;
  };
}

function firstOf(rules: readonly SignalRule[], facts: Facts, subject: Subject): Finding | undefined {
  for (const rule of rules) {
    const finding = rule(facts, subject);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** When nothing at all is known of the end. */
export function nothingKnown(): Finding {
  return {
    cause: 'unknown',
    certainty: 'unknown',
    headline: 'The container is gone, and there is no evidence of how it ended.',
    actor: NOBODY_KNOWN,
    advice: [{ text: 'Check that the agent can watch the kernel and reach the runtime.', command: 'inquest doctor' }],
  };
}
