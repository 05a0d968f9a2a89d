import type { EpochUs } from './time.ts';

/** One look at a container's cgroups. Fields that the kernel does not offer are absent. */
export interface VitalsSample {
  readonly at: EpochUs;
  readonly memoryBytes?: number;
  readonly memoryLimitBytes?: number;
  readonly anonBytes?: number;
  readonly fileBytes?: number;
  readonly shmemBytes?: number;
  readonly kernelBytes?: number;
  /** PSI `some avg10` for memory, in percent. */
  readonly memoryPressurePercent?: number;
  readonly pids?: number;
  readonly pidsLimit?: number;
  /** Cumulative, since the cgroup was made. */
  readonly cpuUsageUs?: number;
  readonly cpuPeriods?: number;
  readonly cpuThrottledPeriods?: number;
  readonly cpuThrottledUs?: number;
  /** The biggest processes, biggest first. Only in the last sample that looked: when memory is near its limit. */
  readonly processes?: readonly ProcessMemory[];
}

export interface ProcessMemory {
  /** In the host's pid namespace. */
  readonly pid: number;
  /** The kernel's name of the task. Chosen by the process. */
  readonly name: string;
  readonly rssBytes: number;
}

export const VITALS_PERIOD_MS = 1_000;
/** Two minutes at one sample a second. */
export const VITALS_KEPT = 120;
