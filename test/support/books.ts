import assert from 'node:assert/strict';
import type { Evidence } from '../../agent/domain/evidence.ts';
import { Signal } from '../../agent/domain/signals.ts';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { CaseBook } from '../../agent/explain/case-book.ts';
import type { CaseVerdict } from '../../agent/explain/case-book.ts';
import type { Life } from './life.ts';
import { BORN_AT, runc } from './senders.ts';

export function newBook(kernelWatched = true): CaseBook {
  return new CaseBook({ kernelWatched, startedAt: BORN_AT - US_PER_SECOND });
}

export function addAll(book: CaseBook, records: readonly Evidence[]): void {
  for (const record of records) book.add(record);
}

/** The records from `from` on, as they came after a look at the book. */
export function since(life: Life, from: number): readonly Evidence[] {
  return life.records.slice(from);
}

export function only(verdicts: readonly CaseVerdict[]): CaseVerdict {
  assert.equal(verdicts.length, 1);
  const [verdict] = verdicts;
  assert.ok(verdict !== undefined);
  return verdict;
}

export function stopped(life: Life): void {
  const main = life.main(['nginx']);
  life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
  life.wait(80).exit(main, 0);
}
