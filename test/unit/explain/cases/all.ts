import { REPORTED_CASES, UNKNOWN_CASES } from './blind.ts';
import { CRASH_CASES, LIMIT_CASES } from './crash.ts';
import { EXIT_CASES, START_CASES } from './ended.ts';
import { KERNEL_KILL_CASES } from './kernel-kill.ts';
import { KILL_CASES } from './kill.ts';
import { HANDLER_CASES } from './handler.ts';
import { HEAP_CASES } from './heap.ts';
import { OOM_CASES } from './oom.ts';
import { ORCHESTRATOR_CASES } from './orchestrator.ts';
import { PROBE_CASES } from './probe.ts';
import { REQUEST_CASES } from './request.ts';
import { RUNTIME_KILL_CASES } from './runtime-kill.ts';
import { STOP_CASES } from './stop.ts';
import type { DeathCase } from './case.ts';

export const ALL_CASES: readonly DeathCase[] = [
  ...OOM_CASES,
  ...HEAP_CASES,
  ...STOP_CASES,
  ...RUNTIME_KILL_CASES,
  ...REQUEST_CASES,
  ...ORCHESTRATOR_CASES,
  ...PROBE_CASES,
  ...KILL_CASES,
  ...KERNEL_KILL_CASES,
  ...CRASH_CASES,
  ...HANDLER_CASES,
  ...LIMIT_CASES,
  ...EXIT_CASES,
  ...START_CASES,
  ...REPORTED_CASES,
  ...UNKNOWN_CASES,
];
