import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Death } from '../domain/death.ts';
import { InquestError } from '../domain/errors.ts';
import { unpackDeath } from './body.ts';
import type { Row } from './rows.ts';
import { contentOf } from './rows.ts';

/** As many as one container may have; of all containers together nobody needs more at once. */
const MOST = 100;
const MOST_OF_ALL = 1_000;

const OPEN = `SELECT b.body FROM deaths d JOIN bodies b USING (sequence)
  WHERE d.wound IS NOT NULL AND json_extract(d.wound, '$.end') IS NULL`;

/** Wounds whose container has not ended, as far as anybody knows. */
export class OpenWounds {
  readonly #ofOne: StatementSync;
  readonly #ofAll: StatementSync;

  constructor(database: DatabaseSync) {
    this.#ofOne = database.prepare(`${OPEN} AND d.container_id = ? ORDER BY d.sequence DESC LIMIT ${String(MOST)}`);
    this.#ofAll = database.prepare(`${OPEN} ORDER BY d.sequence DESC LIMIT ${String(MOST_OF_ALL)}`);
  }

  of(containerId: string | undefined): readonly Death[] {
    const rows = containerId === undefined ? this.#ofAll.all() : this.#ofOne.all(containerId);
    return rows.flatMap(readable);
  }
}

/** One that the disk damaged is left alone: it cannot be revised. */
function readable(row: Row): readonly Death[] {
  try {
    return [unpackDeath(contentOf(row, 'body'))];
  } catch (error) {
    if (error instanceof InquestError && error.reason === 'store-corrupt') return [];
    throw error;
  }
}
