import type { EpochUs } from './time.ts';

/** What of a container's configuration is compared between two runs. */
export type ConfigPart = 'image' | 'memory' | 'swap' | 'cpus' | 'pids' | 'shm' | 'command' | 'environment';

/** One difference between the run that did not end this way and the first that did. */
export interface ConfigChange {
  readonly what: ConfigPart;
  /** The end of a sentence, in display form: `the memory limit went from 64 MiB to 24 MiB`. */
  readonly text: string;
}

/** How often the same end came before, of the same workload. */
export interface Repetition {
  /** Names the end: the same for the same cause, program and place in the same workload. Not for showing. */
  readonly signature: string;
  /** This one included: 1 is the first. */
  readonly count: number;
  readonly firstAt: EpochUs;
  readonly lastAt: EpochUs;
  /** From one to the next, of the last ones; absent for the first. */
  readonly medianPeriodSeconds?: number;
  /** What was different when it began. */
  readonly changes: readonly ConfigChange[];
}

/** What a list shows of it. */
export type RepetitionSummary = Omit<Repetition, 'changes'>;
