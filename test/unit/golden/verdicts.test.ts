import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toReport } from '../../../agent/domain/report.ts';
import { readRecording, recordedNames } from '../../golden/files.ts';
import { replay, replayWounds } from '../../golden/replay.ts';
import { judge } from '../../scenarios/judge.ts';
import { loadScenarios } from '../../scenarios/load.ts';

// They were recorded on this processor, wherever they are judged.
const scenarios = await loadScenarios('x64');

/** What agents saw of every scenario on a real kernel, judged anew: a rule that breaks is named by its scenario. */
describe('recorded deaths', () => {
  // What needs a machine of its own is recorded in one: only other runtimes' deaths are not.
  const recorded = scenarios.filter(
    ({ scenario: { elsewhere, needs } }) => elsewhere === undefined || needs !== undefined,
  );
  for (const { name, scenario } of recorded) {
    test(`${String(scenario.number)} ${scenario.title}`, () => {
      const recording = readRecording(name);
      if (scenario.wounds !== undefined) {
        const wounds = replayWounds(recording);
        assert.equal(wounds.length, scenario.wounds, `wounds of scenario ${name}`);
        for (const wound of wounds) judge(scenario, toReport(wound));
        assert.equal(replay(recording).length, 0, `${name} is no death`);
        return;
      }
      const deaths = replay(recording);
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

  test('no timeline begins with what the runtime did to prepare the container', () => {
    for (const name of recordedNames()) {
      const told = replay(readRecording(name)).flatMap(({ death }) => death.evidence.map(({ text }) => text));
      assert.doesNotMatch(told.join('\n'), /ran (?:runc|crun) init/, name);
    }
  });

  test('no headline takes a person who has met the words of the kernel’s sources', () => {
    for (const name of recordedNames()) {
      const recording = readRecording(name);
      const deaths = [...replay(recording).map(({ death }) => death), ...replayWounds(recording)];
      for (const { verdict } of deaths)
        assert.doesNotMatch(verdict.headline, /cgroup|namespace|RLIMIT|PR_SET|si_code|\d{7}| 0 B /i, name);
    }
  });

  test('names nothing of the machine that recorded it', () => {
    for (const name of recordedNames()) {
      const text = JSON.stringify(readRecording(name));
      assert.doesNotMatch(text, /\/tmp\/|\/root\/|\/home\//, name);
    }
  });
});
