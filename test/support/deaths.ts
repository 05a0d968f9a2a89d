import type { ContainerIdentity } from '../../agent/domain/container.ts';
import type { Death, DeathEvidence, DeathSummary, Verdict } from '../../agent/domain/death.ts';
import type { EvidenceData, EvidenceSource, SignalSent } from '../../agent/domain/evidence.ts';
import type { ProcessRef } from '../../agent/domain/process.ts';
import { MIB } from '../../agent/domain/bytes.ts';
import { US_PER_MS, US_PER_SECOND } from '../../agent/domain/time.ts';
import type { VitalsSample } from '../../agent/domain/vitals.ts';

/** 2026-11-23T06:17:04.123456Z. Every fixture dies at this moment, so that golden texts stay put. */
export const DIED_AT = Date.UTC(2026, 10, 23, 6, 17, 4, 123) * US_PER_MS + 456;

const HOST = 'node-7';
const BOOT_ID = '0d6f2a3c-6f5b-4a55-9c53-2b6b9d1c7e10';

export function deathId(name: string): string {
  return name
    .replaceAll(/[^a-z]/g, '')
    .padEnd(26, 'a')
    .slice(0, 26);
}

export function containerOf(name: string, more: Partial<ContainerIdentity> = {}): ContainerIdentity {
  return {
    id: Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64),
    source: 'runtime',
    runtime: 'docker',
    name,
    image: `registry.example/shop/${name.split('-', 1)[0] ?? name}:1.42`,
    labels: { 'com.docker.compose.project': 'shop' },
    createdAt: DIED_AT - 2 * 3_600 * US_PER_SECOND,
    startedAt: DIED_AT - 7_500 * US_PER_SECOND,
    ...more,
  };
}

export function processOf(pid: number, argv: readonly string[], more: Partial<ProcessRef> = {}): ProcessRef {
  const program = argv[0] ?? 'sh';
  return {
    pid,
    startedAt: DIED_AT - 7_500 * US_PER_SECOND,
    comm: program.slice(program.lastIndexOf('/') + 1).slice(0, 15),
    argv,
    ...more,
  };
}

/** `offsetMs` counts from the death: negative is before it. */
export function evidenceOf(
  offsetMs: number,
  source: EvidenceSource,
  text: string,
  data: EvidenceData,
  containerId?: string,
): DeathEvidence {
  return { at: DIED_AT + Math.round(offsetMs * US_PER_MS), source, containerId, text, data };
}

export function deathOf(name: string, parts: Partial<Omit<Death, 'verdict'>> & { verdict: Verdict }): Death {
  return {
    id: deathId(name),
    at: DIED_AT,
    host: HOST,
    bootId: BOOT_ID,
    origin: 'witnessed',
    container: containerOf(name),
    exit: undefined,
    evidence: [],
    vitals: [],
    logTail: undefined,
    revisions: [],
    settled: true,
    ...parts,
  };
}

export function mainExit(
  process: ProcessRef,
  exit: Death['exit'],
  memory?: { usage: number; peak: number; limit: number },
): EvidenceData {
  return {
    kind: 'process_exit',
    process,
    isMain: true,
    status: exit ?? { kind: 'exited', code: 0 },
    maxRssBytes: 40 * MIB,
    cpuTimeUs: 3 * US_PER_SECOND,
    ...(memory === undefined
      ? {}
      : {
          memory: {
            usageBytes: memory.usage,
            peakBytes: memory.peak,
            limitBytes: memory.limit,
            oomEvents: 1,
            limitHits: 812,
          },
        }),
  };
}

/** Memory that climbs from a quarter of the limit to the limit within a minute. */
export function climbingVitals(limitBytes: number): readonly VitalsSample[] {
  return Array.from({ length: 60 }, (_, index) => ({
    at: DIED_AT - (60 - index) * US_PER_SECOND,
    memoryBytes: Math.round(limitBytes * Math.min(1, 0.25 + (0.75 * index * index) / 3_400)),
    memoryLimitBytes: limitBytes,
  }));
}

export function summaryOf(death: Death, sequence: number, change = sequence): DeathSummary {
  return {
    sequence,
    change,
    id: death.id,
    at: death.at,
    host: death.host,
    containerId: death.container.id,
    containerName: death.container.name,
    image: death.container.image,
    exit: death.exit,
    cause: death.verdict.cause,
    certainty: death.verdict.certainty,
    headline: death.verdict.headline,
    complete: death.verdict.complete,
    revision: death.revisions.length,
    ...(death.wound === undefined ? {} : { wound: death.wound }),
  };
}

export function signalSent(target: ProcessRef, signal: number, more: Partial<SignalSent> = {}): EvidenceData {
  return {
    kind: 'signal_sent',
    signal,
    code: 0,
    info: 'struct',
    group: true,
    result: 'delivered',
    target,
    targetIsMain: true,
    disposition: 'default',
    targetIsNamespaceInit: true,
    ancestry: [],
    ...more,
  };
}
