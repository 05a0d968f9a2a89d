import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CAUSE_IDS } from '../../../agent/domain/causes.ts';
import type { Verdict } from '../../../agent/domain/death.ts';
import { Life } from '../../support/life.ts';
import { judge } from '../../support/judge.ts';
import { ALL_CASES } from './cases/all.ts';
import type { Expected } from './cases/case.ts';

function assertPeople(verdict: Verdict, expected: Expected): void {
  const { headline } = verdict;
  const { requester } = verdict.actor;
  assert.equal(requester?.certainty, expected.asked?.certainty, headline);
  const askers = requester?.candidates.map(({ process }) => process.pid);
  assert.deepEqual(
    askers,
    expected.asked?.by.map(({ pid }) => pid),
    headline,
  );
  if (expected.victim === undefined) assert.equal(verdict.victim?.isMain ?? true, true, headline);
  else {
    assert.equal(verdict.victim?.process.pid, expected.victim.pid, headline);
    assert.equal(verdict.victim?.isMain, expected.isMain ?? true, headline);
  }
}

function assertVerdict(verdict: Verdict, expected: Expected): void {
  const { headline } = verdict;
  assert.equal(verdict.cause, expected.cause, headline);
  assert.equal(verdict.certainty, expected.certainty, headline);
  assert.equal(verdict.actor.kind, expected.actor, headline);
  if (expected.by !== undefined) assert.equal(verdict.actor.process?.pid, expected.by.pid, headline);
  assertPeople(verdict, expected);
  for (const words of expected.says) assert.ok(headline.includes(words), `“${words}” is missing in: ${headline}`);
  for (const words of expected.neverSays ?? [])
    assert.ok(!headline.includes(words), `“${words}” is wrong in: ${headline}`);
  const ruledOut = verdict.ruledOut.map(({ cause }) => cause);
  for (const cause of expected.ruledOut ?? [])
    assert.ok(ruledOut.includes(cause), `${cause} is not ruled out: ${ruledOut.join(' ')}`);
  for (const cause of expected.neverRulesOut ?? []) assert.ok(!ruledOut.includes(cause), `${cause} is ruled out`);
  assert.ok(!ruledOut.includes(verdict.cause), 'the cause itself is ruled out');
  const notes = verdict.notes.join('\n');
  for (const words of expected.notes ?? [])
    assert.ok(notes.includes(words), `“${words}” is missing in the notes: ${notes}`);
}

describe('verdicts', () => {
  for (const { name, options, tell } of ALL_CASES) {
    test(name, () => {
      const life = new Life(options);
      const expected = tell(life);
      assertVerdict(judge(life).verdict, expected);
    });
  }

  test('every cause that the rules can give has a case', () => {
    const told = new Set(ALL_CASES.map(({ options, tell }) => tell(new Life(options)).cause));
    const missing = CAUSE_IDS.filter((cause) => !told.has(cause));
    assert.deepEqual(missing, []);
  });
});
