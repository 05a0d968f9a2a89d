import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { configChanges } from '../domain/config-changes.ts';
import type { Death } from '../domain/death.ts';
import type { Repetition } from '../domain/repetition.ts';
import { workloadKey } from '../domain/workload.ts';
import { parseJson, unpackDeath } from './body.ts';
import { ranUs } from './columns.ts';
import { isRepetition } from './death-shape.ts';
import type { Row } from './rows.ts';
import { contentOf, integerOf, optionalInteger, optionalText } from './rows.ts';
import type { Before, End } from './streak.ts';
import { firstOfKind, isContinued, nextOfKind } from './streak.ts';

/** Ends in between that are looked at: one that ran well stands near the newest, or it was long ago. */
const OTHERS = 50;
/** The period is that of the last ones: a back-off makes it longer with time. */
const TIMES = 20;
/** Above every sequence number: for a death that has none yet. */
const NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * Counts ends of the same kind when they are recorded, each from the one before it, so that the count
 * outlives the deaths that a quota removes. Every look-up goes by an index.
 */
export class RepetitionTable {
  readonly #last: StatementSync;
  readonly #others: StatementSync;
  readonly #times: StatementSync;
  readonly #previous: StatementSync;

  constructor(database: DatabaseSync) {
    this.#last = database.prepare(
      `SELECT sequence, repetition FROM deaths
       WHERE signature = ? AND sequence < ? AND wound IS NULL ORDER BY sequence DESC LIMIT 1`,
    );
    this.#others = database.prepare(
      `SELECT ran_us FROM deaths
       WHERE workload = ? AND sequence > ? AND sequence < ? AND wound IS NULL ORDER BY sequence DESC LIMIT ${String(OTHERS)}`,
    );
    this.#times = database.prepare(
      `SELECT at FROM deaths
       WHERE signature = ? AND sequence < ? AND wound IS NULL ORDER BY sequence DESC LIMIT ${String(TIMES)}`,
    );
    this.#previous = database.prepare(
      `SELECT b.body FROM deaths d JOIN bodies b USING (sequence)
       WHERE d.workload = ? AND d.sequence < ? AND d.wound IS NULL ORDER BY d.sequence DESC LIMIT 1`,
    );
  }

  /** `sequence` of a death that is known already; what came after it does not count. */
  of(death: Death, sequence = NEWEST): Repetition | undefined {
    const { signature } = death;
    if (signature === undefined || death.wound !== undefined) return undefined;
    const workload = workloadKey(death.container);
    const end: End = { signature, at: death.at, ranUs: ranUs(death) };
    const before = this.#before(end, workload, sequence);
    if (before !== undefined && isContinued(end, before)) return nextOfKind(end, before);
    return firstOfKind(end, this.#changes(death, workload, sequence));
  }

  #before({ signature }: End, workload: string, sequence: number): Before | undefined {
    const row = this.#last.get(signature, sequence);
    const repetition = row === undefined ? undefined : repetitionOf(row);
    if (row === undefined || repetition === undefined) return undefined;
    const since = integerOf(row, 'sequence');
    const others = this.#others.all(workload, since, sequence);
    const times = this.#times.all(signature, sequence).map((other) => integerOf(other, 'at'));
    return {
      repetition,
      others: others.map((other) => ({ ranUs: optionalInteger(other, 'ran_us') })),
      times: times.filter((at) => at >= repetition.firstAt),
    };
  }

  /** Against the run before: when something begins, that one did not end like this. */
  #changes(death: Death, workload: string, sequence: number): Repetition['changes'] {
    const row = this.#previous.get(workload, sequence);
    if (row === undefined) return [];
    return configChanges(unpackDeath(contentOf(row, 'body')).container, death.container);
  }
}

function repetitionOf(row: Row): Repetition | undefined {
  const text = optionalText(row, 'repetition');
  if (text === undefined) return undefined;
  const value = parseJson(text);
  return isRepetition(value) ? value : undefined;
}
