import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toReport } from '../../../agent/domain/report.ts';
import { readRecording, recordedNames } from '../../golden/files.ts';
import { replay } from '../../golden/replay.ts';
import { judge } from '../../scenarios/judge.ts';
import { loadScenarios } from '../../scenarios/load.ts';

const scenarios = await loadScenarios();

/** What agents saw of every scenario on a real kernel, judged anew: a rule that breaks is named by its scenario. */
describe('recorded deaths', () => {
  for (const { name, scenario } of scenarios.filter(({ scenario: { elsewhere } }) => elsewhere === undefined)) {
    test(`${String(scenario.number)} ${scenario.title}`, () => {
      const deaths = replay(readRecording(name));
      assert.equal(deaths.length, scenario.deaths ?? 1, `deaths of scenario ${name}`);
      for (const { death } of deaths) judge(scenario, toReport(death));
    });
  }

  test('each recording has its scenario', () => {
    const known = new Set(scenarios.map(({ name }) => name));
    assert.deepEqual(
      recordedNames().filter((name) => !known.has(name)),
      [],
    );
  });

  test('names nothing of the machine that recorded it', () => {
    for (const name of recordedNames()) {
      const text = JSON.stringify(readRecording(name));
      assert.doesNotMatch(text, /\/tmp\/|\/root\/|\/home\//, name);
    }
  });
});
