import type { DatabaseSync } from 'node:sqlite';
import { MIB } from '../domain/bytes.ts';
import { US_PER_MS } from '../domain/time.ts';
import { Ballast } from './ballast.ts';
import { openWriter } from './connection.ts';
import type { StoreFiles } from './files.ts';
import { ensurePrivateFile, prepareFiles, quarantine } from './files.ts';
import { inspectDatabase } from './inspect.ts';
import { claimForHost, startNumbersAt } from './meta.ts';
import { migrate } from './migrate.ts';
import { SCHEMA_VERSION } from './migrations/index.ts';
import { WorkerReader } from './reader.ts';
import { toStoreError } from './sqlite-errors.ts';
import { SqliteDeathStore } from './store.ts';
import { inTransaction } from './transaction.ts';
import type { DeathStore, OpenedStore, QueueLimits, StoreOptions } from './types.ts';
import { lockForWriting } from './writer-lock.ts';

export type * from './types.ts';

export const DEATHS_PER_CONTAINER = 1_000;
const RETENTION_INTERVAL_MS = 60_000;
const QUERY_TIMEOUT_MS = 5_000;
const QUEUE_LIMITS: QueueLimits = {
  deaths: 1_000,
  bytes: 64 * MIB,
  firstRetryMs: 250,
  longestRetryMs: 30_000,
};

/**
 * Opens `inquest.db` in the directory, or makes it. Migrates an older one, moves a damaged one aside.
 * @throws InquestError `store-newer`, `store-full`, `store-failed`, `unsafe-environment` or
 * `agent-already-running`, each with what to do next
 */
export function openStore(options: StoreOptions): DeathStore {
  const files = prepareFiles(options.directory);
  const lock = attempt(() => lockForWriting(files.lock));
  try {
    return attempt(() => openLocked(options, files, lock));
  } catch (error) {
    lock.close();
    throw error;
  }
}

function openLocked(options: StoreOptions, files: StoreFiles, lock: DatabaseSync): DeathStore {
  const now = options.now ?? wallClock;
  const path = files.database;
  const recoveredFrom = moveDamagedAside(path, now() / US_PER_MS);
  const database = openWriter(path);
  try {
    const opened = bringUpToDate(database, options.host, recoveredFrom, now() / US_PER_MS);
    const ballast = new Ballast(files.ballast);
    ballast.restore();
    return new SqliteDeathStore({
      path,
      opened,
      database,
      lock,
      ballast,
      now,
      reader: new WorkerReader(path, { url: options.workerUrl, timeoutMs: options.queryTimeoutMs ?? QUERY_TIMEOUT_MS }),
      quota: options.deathsPerContainer ?? DEATHS_PER_CONTAINER,
      queue: { ...QUEUE_LIMITS, ...options.queue },
      retention: {
        days: options.retentionDays,
        bytes: options.retentionBytes,
        intervalMs: options.retentionIntervalMs ?? RETENTION_INTERVAL_MS,
      },
    });
  } catch (error) {
    database.close();
    throw error;
  }
}

function moveDamagedAside(path: string, nowMs: number): string | undefined {
  if (inspectDatabase(path) === 'sound') return undefined;
  const target = quarantine(path, nowMs);
  ensurePrivateFile(path);
  return target;
}

function bringUpToDate(
  database: DatabaseSync,
  host: string,
  recoveredFrom: string | undefined,
  nowMs: number,
): OpenedStore {
  const version = migrate(database);
  const movedFrom = inTransaction(database, () => {
    if (recoveredFrom !== undefined) startNumbersAt(database, Math.floor(nowMs));
    return claimForHost(database, host);
  });
  const created = version === 0;
  const migratedFrom = created || version === SCHEMA_VERSION ? undefined : version;
  return { created, migratedFrom, recoveredFrom, movedFrom };
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStoreError(error, 'be opened');
  }
}

function wallClock(): number {
  return Date.now() * US_PER_MS;
}
