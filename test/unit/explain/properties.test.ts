import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../../../agent/domain/death.ts';
import type { Evidence } from '../../../agent/domain/evidence.ts';
import { Life } from '../../support/life.ts';
import { gapFor } from '../../support/loss.ts';
import { judge } from '../../support/judge.ts';
import { Random, testSeed } from '../../support/random.ts';
import { ALL_CASES } from './cases/all.ts';

const SEED = testSeed();
const ROUNDS = 12;

function gist({ cause, certainty }: Verdict): string {
  return `${cause}, ${certainty}`;
}

function kindsOf(records: readonly Evidence[]): string {
  return records.map(({ data }) => data.kind).join(' ');
}

describe(`properties (seed ${String(SEED)})`, () => {
  const random = new Random(SEED);

  for (const { name, options, tell } of ALL_CASES) {
    test(`order and repetition change nothing: ${name}`, () => {
      const life = new Life(options);
      tell(life);
      const told = judge(life).verdict;
      for (let round = 0; round < ROUNDS; round += 1) {
        const repeated = life.records.filter(() => random.chance(40));
        const arriving = random.shuffled([...life.records, ...repeated]);
        const { verdict } = judge(life, arriving);
        assert.deepEqual(verdict, told, `seed ${String(SEED)}: ${kindsOf(arriving)}`);
      }
    });

    test(`what is lost never makes another cause certain: ${name}`, () => {
      const life = new Life(options);
      tell(life);
      const told = judge(life).verdict;
      const check = (kept: readonly Evidence[], lost: readonly Evidence[]): void => {
        const { verdict } = judge(life, [...kept, gapFor(lost, life.now)]);
        if (verdict.certainty !== 'certain') return;
        const without = `seed ${String(SEED)}, lost ${kindsOf(lost)}: ${verdict.headline}`;
        assert.equal(verdict.cause, told.cause, `${gist(told)} became ${gist(verdict)}; ${without}`);
      };
      // A gap is the agent's own count of what is missing: it cannot go missing itself.
      const losable = life.records.filter(({ data }) => data.kind !== 'evidence_gap');
      for (const record of losable) {
        check(
          life.records.filter((other) => other !== record),
          [record],
        );
      }
      for (let round = 0; round < ROUNDS * 4; round += 1) {
        const percent = 10 + random.below(80);
        const lost = losable.filter(() => random.chance(percent));
        check(
          life.records.filter((record) => !lost.includes(record)),
          lost,
        );
      }
    });
  }
});
