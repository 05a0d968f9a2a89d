import { statSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { DeathSummary } from '../domain/death.ts';
import { DEATH_ID } from '../domain/death.ts';
import { errorCode, InquestError } from '../domain/errors.ts';
import type { EvidenceOf } from '../domain/evidence.ts';
import type { StoreHealth } from '../domain/health.ts';
import type { ListParams, ListResult } from '../domain/protocol.ts';
import { LIMITS } from '../domain/protocol.ts';
import type { EpochUs } from '../domain/time.ts';
import { podQuery } from '../domain/workload.ts';
import { parseJson, unpackText } from './body.ts';
import { SUMMARY_COLUMNS, toSummary } from './columns.ts';
import { databaseBytes } from './connection.ts';
import { isGap, isKeptRevision } from './death-shape.ts';
import type { Condition } from './filter.ts';
import { containerIdCondition, ID_PREFIX, IS_DEATH, kindCondition, labelCondition, toConditions } from './filter.ts';
import { lastChange } from './meta.ts';
import { schemaVersion } from './migrate.ts';
import type { FoundBody } from './reader-protocol.ts';
import type { Guard } from './shape.ts';
import { contentOf, integerOf, textOf } from './rows.ts';
import { inSnapshot } from './transaction.ts';
import type { KeptRevision } from './types.ts';

const MAX_CANDIDATES = 20;
const MAX_GAPS = 500;

/** The read side, on whatever connection. Deaths are handed out as the text of their body. */
export class Queries {
  readonly #database: DatabaseSync;
  readonly #path: string;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  list(params: ListParams): ListResult {
    return inSnapshot(this.#database, () => this.#list(params));
  }

  get(id: string): string | undefined {
    const row = this.#database
      .prepare('SELECT b.body FROM deaths d JOIN bodies b USING (sequence) WHERE d.id = ?')
      .get(id);
    return row === undefined ? undefined : unpackText(contentOf(row, 'body'));
  }

  find(query: string): FoundBody {
    return inSnapshot(this.#database, () => this.#find(query));
  }

  byContainer(containerId: string): readonly DeathSummary[] {
    return this.#summaries(
      [{ sql: 'd.container_id = ?', values: [containerId] }, IS_DEATH],
      'd.sequence DESC',
      LIMITS.pageSize,
    );
  }

  gaps(since: EpochUs, until: EpochUs): readonly EvidenceOf<'evidence_gap'>[] {
    const rows = this.#database
      .prepare(`SELECT evidence FROM gaps WHERE at BETWEEN ? AND ? ORDER BY at, number LIMIT ${String(MAX_GAPS)}`)
      .all(since, until);
    return rows.map((row) => {
      const { containerId, ...gap } = checked(parseJson(textOf(row, 'evidence')), isGap);
      return { ...gap, containerId };
    });
  }

  revisions(id: string): readonly KeptRevision[] {
    const rows = this.#database
      .prepare('SELECT r.body FROM revisions r JOIN deaths d USING (sequence) WHERE d.id = ? ORDER BY r.number')
      .all(id);
    return rows.map((row) => {
      const kept = checked(parseJson(unpackText(contentOf(row, 'body'))), isKeptRevision);
      return { ...kept, verdict: { ...kept.verdict, victim: kept.verdict.victim } };
    });
  }

  stats(): StoreHealth {
    return inSnapshot(this.#database, () => {
      const count = this.#database
        .prepare('SELECT count(*) - (SELECT count(*) FROM deaths WHERE wound IS NOT NULL) AS deaths FROM deaths')
        .get();
      return {
        path: this.#path,
        schemaVersion: schemaVersion(this.#database),
        deaths: count === undefined ? 0 : integerOf(count, 'deaths'),
        bytes: databaseBytes(this.#database).file + logBytes(this.#path),
        lastChange: lastChange(this.#database),
        problem: undefined,
      };
    });
  }

  #list({ filter = {}, limit = LIMITS.defaultPageSize, cursor, changedAfter, what }: ListParams): ListResult {
    const size = Math.min(Math.max(Math.trunc(limit), 1), LIMITS.pageSize);
    const byChange = changedAfter !== undefined;
    const conditions = [...toConditions(filter), ...kindCondition(what)];
    if (byChange) conditions.push({ sql: 'd.change > ?', values: [Math.max(changedAfter, cursor ?? 0)] });
    else if (cursor !== undefined) conditions.push({ sql: 'd.sequence < ?', values: [cursor] });
    // One more than asked for tells whether the list goes on.
    const found = this.#summaries(conditions, byChange ? 'd.change' : 'd.sequence DESC', size + 1);
    const deaths = found.slice(0, size);
    const last = deaths.at(-1);
    const page = { deaths, lastChange: lastChange(this.#database) };
    if (last === undefined || found.length <= size) return page;
    return { ...page, nextCursor: byChange ? last.change : last.sequence };
  }

  #find(query: string): FoundBody {
    if (DEATH_ID.test(query)) {
      const body = this.get(query);
      if (body !== undefined) return { kind: 'found', body };
    }
    const named = this.#newest({ sql: 'd.container_name = ?', values: [query] });
    if (named !== undefined) return this.#found(named);
    const ofPod = this.#findByPod(query);
    if (ofPod.kind !== 'none') return ofPod;
    return ID_PREFIX.test(query) ? this.#findById(query) : { kind: 'none' };
  }

  /** Of a pod in which several containers have died, or of which several namespaces have one, nobody knows which is meant. */
  #findByPod(query: string): FoundBody {
    const labels = podQuery(query);
    if (labels === undefined) return { kind: 'none' };
    const conditions = [...Object.entries(labels).map(labelCondition), IS_DEATH];
    const newest = this.#summaries(conditions, 'd.at DESC, d.sequence DESC', LIMITS.pageSize);
    const candidates = new Map<string, DeathSummary>();
    for (const death of newest) {
      const key = `${death.pod ?? ''} ${death.containerName ?? death.containerId}`;
      if (!candidates.has(key)) candidates.set(key, death);
    }
    return this.#oneOf([...candidates.values()].slice(0, MAX_CANDIDATES));
  }

  #findById(prefix: string): FoundBody {
    const exact = this.#newest({ sql: 'd.container_id = ?', values: [prefix] });
    if (exact !== undefined) return this.#found(exact);
    const { sql, values } = containerIdCondition(prefix);
    const ids = this.#database
      .prepare(
        `SELECT DISTINCT d.container_id FROM deaths d WHERE ${sql} AND ${IS_DEATH.sql} LIMIT ${String(MAX_CANDIDATES)}`,
      )
      .all(...values);
    const candidates = ids.flatMap((row) => {
      const newest = this.#newest({ sql: 'd.container_id = ?', values: [textOf(row, 'container_id')] });
      return newest === undefined ? [] : [newest];
    });
    return this.#oneOf(candidates);
  }

  #oneOf(candidates: readonly DeathSummary[]): FoundBody {
    const [only] = candidates;
    if (only === undefined) return { kind: 'none' };
    return candidates.length === 1 ? this.#found(only) : { kind: 'ambiguous', candidates };
  }

  #found({ id }: DeathSummary): FoundBody {
    const body = this.get(id);
    return body === undefined ? { kind: 'none' } : { kind: 'found', body };
  }

  #newest(condition: Condition): DeathSummary | undefined {
    return this.#summaries([condition, IS_DEATH], 'd.at DESC, d.sequence DESC', 1)[0];
  }

  #summaries(conditions: readonly Condition[], order: string, limit: number): readonly DeathSummary[] {
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
    const values: SQLInputValue[] = conditions.flatMap((condition) => condition.values);
    const sql = `SELECT ${SUMMARY_COLUMNS} FROM deaths d ${where} ORDER BY ${order} LIMIT ?`;
    return this.#database
      .prepare(sql)
      .all(...values, limit)
      .map(toSummary);
  }
}

function checked<T>(value: unknown, guard: Guard<T>): T {
  if (!guard(value)) throw new InquestError('store-corrupt', 'The store holds a record of an unexpected shape.');
  return value;
}

function logBytes(path: string): number {
  try {
    return statSync(`${path}-wal`).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
