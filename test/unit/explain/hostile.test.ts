import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describe as sentence } from '../../../agent/explain/describe.ts';
import { enrichEvidence } from '../../../agent/explain/process-table.ts';
import { hostileIdentity, isRaw, madeHostile } from '../../support/hostile-text.ts';
import { Life } from '../../support/life.ts';
import { judge } from '../../support/judge.ts';
import { ALL_CASES } from './cases/all.ts';

describe('hostile names, arguments, logs and errors', () => {
  for (const { name, options, tell } of ALL_CASES) {
    test(`never appear raw and decide nothing: ${name}`, () => {
      const life = new Life(options);
      tell(life);
      const honest = judge(life).verdict;
      const evil = new Life({ ...options, identity: hostileIdentity(life.identity) });
      const records = life.records.map(madeHostile);
      const { verdict, facts } = judge(evil, records);
      assert.equal(verdict.cause, honest.cause);
      assert.equal(verdict.certainty, honest.certainty);
      const texts = [
        verdict.headline,
        ...verdict.notes,
        ...verdict.ruledOut.map(({ why }) => why),
        ...verdict.advice.flatMap(({ text, command }) => [text, command ?? '']),
        ...records.map((record) => sentence(enrichEvidence(record, facts.processes))),
      ];
      for (const text of texts) assert.ok(!isRaw(text), `raw: ${JSON.stringify(text)}`);
    });
  }
});
