import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Evidence } from '../../../agent/domain/evidence.ts';
import type { Verdict } from '../../../agent/domain/death.ts';
import { US_PER_SECOND } from '../../../agent/domain/time.ts';
import { addAll, newBook } from '../../support/books.ts';
import { Life } from '../../support/life.ts';
import { Random, testSeed } from '../../support/random.ts';
import { ALL_CASES } from './cases/all.ts';

const SEED = testSeed();
const ROUNDS = 8;

/** The last verdict of a book that was looked at after every record, and settled at the end. */
function lastVerdict(life: Life, arriving: readonly Evidence[]): Verdict | undefined {
  const book = newBook();
  book.identify(life.identity);
  for (const record of arriving) {
    book.add(record);
    book.take(record.at);
  }
  book.take(life.now + 10 * US_PER_SECOND);
  const file = book.latest(life.id);
  return file === undefined ? undefined : book.settle(file, life.now + 10 * US_PER_SECOND).verdict;
}

/**
 * Kernel and runtime each tell in order; between them anything is possible. What concerns every
 * container reaches only those that are known by then, so it keeps its place.
 */
function interleaved(random: Random, records: readonly Evidence[]): Evidence[] {
  const isPlaced = ({ source, containerId }: Evidence): boolean => source === 'kernel' || containerId === undefined;
  const kernel = records.filter(isPlaced);
  const others = records.filter((record) => !isPlaced(record));
  const result: Evidence[] = [];
  while (kernel.length + others.length > 0) {
    const from = others.length === 0 || (kernel.length > 0 && random.chance(50)) ? kernel : others;
    const next = from.shift();
    if (next !== undefined) result.push(next);
  }
  return result;
}

describe(`a case book (seed ${String(SEED)})`, () => {
  const random = new Random(SEED);
  const watched = ALL_CASES.filter(
    ({ options }) => options === undefined || (options.identity !== undefined && options.kernelWatched !== false),
  );

  for (const { name, options, tell } of watched) {
    test(`comes to the same verdict whoever speaks first: ${name}`, () => {
      const life = new Life(options);
      tell(life);
      const told = lastVerdict(life, life.records);
      assert.ok(told !== undefined);
      for (let round = 0; round < ROUNDS; round += 1) {
        const arriving = interleaved(random, life.records);
        const kinds = arriving.map(({ data }) => data.kind).join(' ');
        assert.deepEqual(lastVerdict(life, arriving), told, `seed ${String(SEED)}: ${kinds}`);
      }
    });
  }

  test('keeps a late reader’s records apart from a second run that has begun', () => {
    const first = new Life({ run: '100' });
    const main = first.main(['/app']);
    first.wait(500).exit(main, 3);
    const second = new Life({ run: '101', bornAt: first.now + 200_000 });
    second.main(['/app']);
    for (let round = 0; round < ROUNDS; round += 1) {
      const book = newBook();
      addAll(book, interleaved(random, random.shuffled([...first.records, ...second.records])));
      const causes = book.take(second.now).map(({ verdict }) => verdict.cause);
      assert.deepEqual(causes, ['exit.error'], `seed ${String(SEED)}`);
      assert.equal(book.live().length, 1);
    }
  });
});
