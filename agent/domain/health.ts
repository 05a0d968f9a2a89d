import type { CollectorStatus } from './collector.ts';
import type { EpochUs } from './time.ts';

export interface ProgramHealth {
  readonly name: string;
  readonly attached: boolean;
  readonly reason?: string;
}

/** Per record kind, since the programs were loaded. seen = received + waiting + lost + suppressed. */
export interface RecordCounters {
  readonly kind: string;
  readonly seen: number;
  readonly received: number;
  /** No room in the ring. */
  readonly lost: number;
  /** Held back by a container's rate limit. */
  readonly suppressed: number;
}

export interface KernelHealth {
  readonly release: string;
  readonly btf: boolean;
  readonly lockdown: string | undefined;
  readonly cgroup: 'v1' | 'v2';
  /** `adopted`: programs of an earlier agent were still attached and their records were read. */
  readonly origin: 'loaded' | 'adopted' | 'unavailable';
  readonly programs: readonly ProgramHealth[];
  readonly counters: readonly RecordCounters[];
}

export interface StoreHealth {
  readonly path: string;
  readonly schemaVersion: number;
  readonly deaths: number;
  readonly bytes: number;
  readonly lastChange: number;
  /** Set while writes fail, e.g. on a full disk. Deaths wait in memory. */
  readonly problem: string | undefined;
}

export interface Health {
  readonly version: string;
  readonly pid: number;
  readonly host: string;
  readonly bootId: string;
  readonly startedAt: EpochUs;
  readonly residentBytes: number;
  readonly kernel: KernelHealth;
  readonly collectors: readonly CollectorStatus[];
  readonly store: StoreHealth;
  readonly connections: number;
  readonly containers: number;
}
