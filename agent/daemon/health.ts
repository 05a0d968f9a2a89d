import type { Health, KernelHealth } from '../domain/health.ts';
import type { EpochUs } from '../domain/time.ts';
import type { DeathStore } from '../store/types.ts';
import type { Investigation } from './investigation.ts';
import type { Machine } from './machine.ts';

export interface HealthParts {
  readonly version: string;
  readonly machine: Machine;
  readonly startedAt: EpochUs;
  readonly kernel: () => KernelHealth;
  readonly store: DeathStore;
  readonly investigation: Investigation;
}

export async function gatherHealth(parts: HealthParts): Promise<Omit<Health, 'connections'>> {
  const { machine, investigation } = parts;
  return {
    version: parts.version,
    pid: process.pid,
    host: machine.host,
    bootId: machine.bootId,
    startedAt: parts.startedAt,
    residentBytes: process.memoryUsage.rss(),
    kernel: parts.kernel(),
    collectors: [...investigation.statuses.values()],
    store: await parts.store.reader.stats(),
    containers: investigation.book.live().length,
  };
}
