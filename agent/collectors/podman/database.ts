import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseBounded } from '../shared/oci-spec.ts';
import { BoltError, BoltReader } from './bolt.ts';
import type { LibpodConfig, LibpodState } from './schemas.ts';
import { ConfigSchema, StateSchema } from './schemas.ts';

/** A container as libpod keeps it. */
export interface LibpodContainer {
  readonly config: LibpodConfig;
  readonly state: LibpodState;
}

const LISTED_MAX = 2_000;
const ATTEMPTS = 3;
const BUSY_MS = 500;

/**
 * What libpod keeps of containers: bbolt up to Podman 4, SQLite from 5 on (and where 4.8 was told so). Both are
 * only read. `undefined` where the storage has neither.
 */
export function readContainer(graphRoot: string, id: string): LibpodContainer | undefined {
  return query(graphRoot, [id])[0];
}

export function readContainers(graphRoot: string): readonly LibpodContainer[] {
  return query(graphRoot, undefined);
}

/** Whether there is a database to ask. */
export function databaseOf(graphRoot: string): 'bolt' | 'sqlite' | undefined {
  if (sqlitePath(graphRoot) !== undefined) return 'sqlite';
  return isFile(boltPath(graphRoot)) ? 'bolt' : undefined;
}

function query(graphRoot: string, ids: readonly string[] | undefined): LibpodContainer[] {
  const sqlite = sqlitePath(graphRoot);
  if (sqlite !== undefined) return querySqlite(sqlite, ids);
  return isFile(boltPath(graphRoot)) ? queryBolt(boltPath(graphRoot), ids) : [];
}

/** Beside the layers, or from some version on below libpod's own folder where nobody set another. */
function sqlitePath(graphRoot: string): string | undefined {
  return [join(graphRoot, 'db.sql'), join(graphRoot, 'libpod', 'db.sql')].find(isFile);
}

const boltPath = (graphRoot: string): string => join(graphRoot, 'libpod', 'bolt_state.db');

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

const BY_ID =
  'SELECT c.JSON AS config, s.JSON AS state FROM ContainerConfig c JOIN ContainerState s ON s.ID = c.ID WHERE c.ID = ?';
const ALL = `SELECT c.JSON AS config, s.JSON AS state FROM ContainerConfig c JOIN ContainerState s ON s.ID = c.ID LIMIT ${String(LISTED_MAX)}`;

function querySqlite(path: string, ids: readonly string[] | undefined): LibpodContainer[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    const rows = ids === undefined ? database.prepare(ALL).all() : ids.flatMap((id) => database.prepare(BY_ID).all(id));
    return rows.flatMap(({ config, state }) => {
      const [known, now] = [textOf(config), textOf(state)];
      return known === undefined || now === undefined ? [] : parsed(known, now);
    });
  } finally {
    database.close();
  }
}

/** libpod writes bytes into a column that is declared as text, and SQLite keeps them as they are. */
function textOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return typeof value === 'string' ? value : undefined;
}

function queryBolt(path: string, ids: readonly string[] | undefined): LibpodContainer[] {
  const file = openSync(path, 'r');
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { reader, found } = readBolt(file, ids);
        // Podman wrote meanwhile: pages may be of two times. After some attempts what was found is whole JSON anyway.
        if (reader.isSame() || attempt === ATTEMPTS) return found;
      } catch (error) {
        if (!(error instanceof BoltError || error instanceof RangeError) || attempt === ATTEMPTS) throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

function readBolt(
  file: number,
  ids: readonly string[] | undefined,
): { readonly reader: BoltReader; readonly found: LibpodContainer[] } {
  const { size } = fstatSync(file);
  const reader = new BoltReader((offset, length) => {
    if (length > size || offset > size - length) throw new BoltError('the file is cut off');
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, offset);
    return bytes;
  });
  const containers = reader.bucket(reader.root, 'ctr');
  if (containers === undefined) return { reader, found: [] };
  const found = (ids ?? reader.names(containers, LISTED_MAX)).flatMap((id) => {
    const container = reader.bucket(containers, id);
    if (container === undefined) return [];
    const config = reader.value(container, 'config')?.toString('utf8') ?? '';
    return parsed(config, reader.value(container, 'state')?.toString('utf8') ?? '');
  });
  return { reader, found };
}

function parsed(config: string, state: string): LibpodContainer[] {
  const known = parseBounded(config, ConfigSchema);
  const now = parseBounded(state, StateSchema);
  return known === undefined || now === undefined ? [] : [{ config: known, state: now }];
}
