import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Death, Revision } from '../domain/death.ts';
import { InquestError } from '../domain/errors.ts';
import type { Repetition } from '../domain/repetition.ts';
import type { EpochUs } from '../domain/time.ts';
import type { PreparedDeath } from './body.ts';
import { packDeath, packText, unpackDeath } from './body.ts';
import { columnsOf, quotaKey, searchedLabels } from './columns.ts';
import type { DeathRemover } from './death-remover.ts';
import { mergeDeaths, revisionNumber } from './merge.ts';
import type { OutboxTable } from './outbox.ts';
import type { RepetitionTable } from './repetition-table.ts';
import { contentOf, integerOf } from './rows.ts';
import type { RecordedDeath } from './types.ts';

interface Known {
  readonly sequence: number;
  readonly change: number;
  readonly revision: number;
  readonly content: string | Uint8Array;
}

/** Wounds of one kind are one record: so many kinds of one container. */
const WOUNDS_PER_CONTAINER = 100;

const UPDATED = [
  'at',
  'host',
  'container_id',
  'container_name',
  'image',
  'quota_key',
  'exit',
  'exit_code',
  'cause',
  'family',
  'certainty',
  'headline',
  'complete',
  'revision',
  'workload',
  'signature',
  'ran_us',
  'repetition',
  'wound',
];

export interface WriterParts {
  readonly now: () => EpochUs;
  readonly outbox: OutboxTable;
  readonly remover: DeathRemover;
  readonly repetitions: RepetitionTable;
  readonly quota: number;
}

/** The statements of one death's transaction. The caller begins and commits. */
export class DeathWriter {
  readonly #now: () => EpochUs;
  readonly #outbox: OutboxTable;
  readonly #remover: DeathRemover;
  readonly #repetitions: RepetitionTable;
  readonly #quota: number;
  readonly #find: StatementSync;
  readonly #hasContent: StatementSync;
  readonly #nextChange: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #putBody: StatementSync;
  readonly #putRevision: StatementSync;
  readonly #dropLabels: StatementSync;
  readonly #putLabel: StatementSync;

  constructor(database: DatabaseSync, options: WriterParts) {
    this.#now = options.now;
    this.#outbox = options.outbox;
    this.#remover = options.remover;
    this.#repetitions = options.repetitions;
    this.#quota = options.quota;
    const inserted = ['id', 'change', 'recorded_at', ...UPDATED];
    this.#find = database.prepare(
      'SELECT d.sequence, d.change, d.revision, b.body FROM deaths d JOIN bodies b USING (sequence) WHERE d.id = ?',
    );
    this.#hasContent = database.prepare('SELECT 1 FROM revisions WHERE sequence = ? AND content = ?');
    this.#nextChange = database.prepare("UPDATE meta SET value = value + 1 WHERE key = 'change' RETURNING value");
    this.#insert = database.prepare(
      `INSERT INTO deaths (${inserted.join(', ')}) VALUES (${inserted.map((name) => `:${name}`).join(', ')})`,
    );
    this.#update = database.prepare(
      `UPDATE deaths SET change = :change, ${UPDATED.map((name) => `${name} = :${name}`).join(', ')} WHERE id = :id`,
    );
    this.#putBody = database.prepare('INSERT OR REPLACE INTO bodies (sequence, body) VALUES (?, ?)');
    this.#putRevision = database.prepare(
      'INSERT OR REPLACE INTO revisions (sequence, number, change, content, body) VALUES (?, ?, ?, ?, ?)',
    );
    this.#dropLabels = database.prepare('DELETE FROM labels WHERE sequence = ?');
    this.#putLabel = database.prepare('INSERT OR IGNORE INTO labels (sequence, key, value) VALUES (?, ?, ?)');
  }

  write(prepared: PreparedDeath): RecordedDeath {
    const known = this.#known(prepared.death.id);
    return known === undefined ? this.#add(prepared) : this.#revise(known, prepared);
  }

  current(id: string): Death | undefined {
    const known = this.#known(id);
    return known === undefined ? undefined : unpackDeath(known.content);
  }

  #known(id: string): Known | undefined {
    const row = this.#find.get(id);
    if (row === undefined) return undefined;
    return {
      sequence: integerOf(row, 'sequence'),
      change: integerOf(row, 'change'),
      revision: integerOf(row, 'revision'),
      content: contentOf(row, 'body'),
    };
  }

  #add(prepared: PreparedDeath): RecordedDeath {
    const death = counted(prepared.death, this.#repetitions.of(prepared.death));
    const change = this.#takeChange();
    const columns = columnsOf(death);
    const { lastInsertRowid } = this.#insert.run({ ...columns, change, recorded_at: this.#now() });
    const sequence = Number(lastInsertRowid);
    this.#writeParts(sequence, change, death, prepared.content);
    this.#remover.trim(quotaKey(death), death.wound === undefined ? this.#quota : WOUNDS_PER_CONTAINER);
    return { sequence, change, isNew: true, revision: revisionNumber(death), changed: true };
  }

  #revise(known: Known, incoming: PreparedDeath): RecordedDeath {
    const { sequence, revision } = known;
    const unchanged = { sequence, change: known.change, isNew: false, revision, changed: false };
    if (this.#hasContent.get(sequence, incoming.content) !== undefined) return unchanged;
    const joined = this.#join(known, incoming.death);
    if (joined === undefined) return unchanged;
    const merged = counted(joined, this.#repetitions.of(joined, sequence));
    const change = this.#takeChange();
    this.#update.run({ ...columnsOf(merged), change });
    // What was handed in is what a retry hands in again, so its hash is kept and not that of the union.
    this.#writeParts(sequence, change, merged, incoming.content);
    return { sequence, change, isNew: false, revision: revisionNumber(merged), changed: true };
  }

  /** `undefined` when the store knows all of it. */
  #join(known: Known, incoming: Death): Death | undefined {
    const stored = readable(known.content);
    if (stored === undefined) return afterDamage(incoming, known.revision + 1, this.#now());
    const merged = mergeDeaths(stored, incoming, this.#now());
    return merged === stored ? undefined : merged;
  }

  #writeParts(sequence: number, change: number, death: Death, content: Uint8Array): void {
    const number = revisionNumber(death);
    const revision = death.revisions.at(-1) ?? firstRevision(death);
    this.#putBody.run(sequence, packDeath(death));
    const kept = packText(JSON.stringify({ ...revision, change, verdict: death.verdict }));
    this.#putRevision.run(sequence, number, change, content, kept);
    this.#dropLabels.run(sequence);
    for (const [key, value] of searchedLabels(death.container)) this.#putLabel.run(sequence, key, value);
    this.#outbox.add(change, death.id, this.#now());
  }

  #takeChange(): number {
    const row = this.#nextChange.get();
    if (row === undefined) throw new InquestError('store-corrupt', 'The store has lost its change number.');
    return integerOf(row, 'value');
  }
}

/**
 * What was counted before stays: deaths that it was counted from may be gone. Of the same count the one that knows more
 * of how it began: limits of a container may have been learnt after its first death.
 */
function counted(death: Death, repetition: Repetition | undefined): Death {
  if (repetition === undefined) return death;
  const known = death.repetition;
  if (known?.signature !== repetition.signature) return { ...death, repetition };
  const knowsMore = known.count === repetition.count && known.changes.length < repetition.changes.length;
  return known.count < repetition.count || knowsMore ? { ...death, repetition } : death;
}

function firstRevision({ at, verdict, origin }: Death): Revision {
  const { cause, certainty, headline } = verdict;
  return { number: 1, at, cause, certainty, headline, because: [origin] };
}

/** `undefined` when the disk damaged it: the new word about the death must still get in. */
function readable(content: string | Uint8Array): Death | undefined {
  try {
    return unpackDeath(content);
  } catch (error) {
    if (error instanceof InquestError && error.reason === 'store-corrupt') return undefined;
    throw error;
  }
}

function afterDamage(death: Death, number: number, now: EpochUs): Death {
  const verdict = {
    ...death.verdict,
    complete: false,
    notes: [...death.verdict.notes, 'Evidence that was stored earlier was damaged on the disk and is missing here.'],
  };
  return { ...death, verdict, revisions: [...death.revisions, { ...firstRevision(death), number, at: now }] };
}
