import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ContainerIdentity } from '../../../agent/domain/container.ts';
import type { Death, DeathEvidence, Revision, Verdict } from '../../../agent/domain/death.ts';
import type { EvidenceOf } from '../../../agent/domain/evidence.ts';
import { US_PER_SECOND } from '../../../agent/domain/time.ts';
import type { DeathStore, StoreOptions } from '../../../agent/store/open.ts';
import { openStore } from '../../../agent/store/open.ts';

export const START = 1_795_414_624_000_000;
export const DAY_US = 86_400 * US_PER_SECOND;

export function containerId(seed: string): string {
  return createHash('sha256').update(seed).digest('hex');
}

export function deathId(seed: string): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const bytes = createHash('sha256').update(seed).digest();
  return Array.from({ length: 26 }, (_, index) => alphabet.charAt((bytes[index] ?? 0) % 32)).join('');
}

export function verdict(over: Partial<Verdict> = {}): Verdict {
  return {
    cause: 'oom.container',
    headline: 'Killed because the container reached its own memory limit of 64 MiB',
    certainty: 'certain',
    actor: { kind: 'kernel', ancestry: [] },
    victim: { process: { pid: 4_711, startedAt: START, comm: 'node' }, isMain: true },
    ruledOut: [{ cause: 'kill.host', why: 'no signal was sent by a process' }],
    advice: [{ text: 'Raise the limit', command: 'docker update --memory 96m web' }],
    notes: [],
    complete: true,
    ...over,
  };
}

export function revision(number: number, over: Partial<Revision> = {}): Revision {
  return {
    number,
    at: START + number,
    cause: 'oom.container',
    certainty: 'certain',
    headline: 'Killed because the container reached its own memory limit of 64 MiB',
    because: ['process_exit'],
    ...over,
  };
}

export function exitEvidence(at: number): DeathEvidence {
  return {
    at,
    source: 'kernel',
    containerId: containerId('web'),
    text: 'Process node [4711] ended by SIGKILL',
    data: {
      kind: 'process_exit',
      process: { pid: 4_711, startedAt: START, comm: 'node' },
      isMain: true,
      status: { kind: 'signaled', signal: 9, coreDumped: false },
      maxRssBytes: 67_108_864,
      cpuTimeUs: 1_200_000,
    },
  };
}

export function runtimeEvidence(at: number): DeathEvidence {
  return {
    at,
    source: 'docker',
    containerId: containerId('web'),
    text: 'Docker reports exit code 137',
    data: { kind: 'runtime_state', running: false, exitCode: 137, oomKilled: true },
  };
}

export function container(name: string, over: Partial<ContainerIdentity> = {}): ContainerIdentity {
  return {
    id: containerId(name),
    source: 'runtime',
    runtime: 'docker',
    name,
    image: 'registry.example/app:1',
    labels: {},
    ...over,
  };
}

/** A death of the container `web`, unless told otherwise; `seed` makes its id. */
export function death(seed: string, over: Partial<Death> = {}): Death {
  return {
    id: deathId(seed),
    at: START,
    host: 'node-1',
    bootId: '5c0d0b6e-4a5e-4f0e-9c51-1d0c1e7c2a11',
    origin: 'witnessed',
    container: container('web'),
    exit: { kind: 'signaled', signal: 9, coreDumped: false },
    verdict: verdict(),
    evidence: [exitEvidence(START)],
    vitals: [{ at: START - 1_000, memoryBytes: 60_000_000 }],
    logTail: undefined,
    revisions: [revision(1)],
    settled: false,
    ...over,
  };
}

export function gap(at: number, lost = 12): EvidenceOf<'evidence_gap'> {
  return {
    at,
    source: 'kernel',
    containerId: undefined,
    data: { kind: 'evidence_gap', reason: 'ring_full', lost, recordKinds: ['process_exec'], flooder: '/docker/abc' },
  };
}

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'inquest-store-'));
  t.after(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Opens a store that is closed, and its directory removed, when the test ends. */
export function temporaryStore(t: TestContext, over: Partial<StoreOptions> = {}): DeathStore {
  const directory = over.directory ?? temporaryDirectory(t);
  const store = openStore({
    directory,
    host: 'node-1',
    retentionDays: 30,
    retentionBytes: 1_073_741_824,
    retentionIntervalMs: 0,
    now: () => START,
    ...over,
  });
  t.after(() => store.close());
  return store;
}
