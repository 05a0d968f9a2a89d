import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../../../agent/domain/death.ts';
import type { Evidence } from '../../../agent/domain/evidence.ts';
import type { Case } from '../../../agent/explain/case.ts';
import { conclude } from '../../../agent/explain/conclude.ts';
import { EvidenceLog } from '../../../agent/explain/evidence-log.ts';
import { readRecording, recordedNames } from '../../golden/files.ts';
import type { Recording } from '../../golden/recording.ts';
import { replay } from '../../golden/replay.ts';
import { gapFor } from '../../support/loss.ts';
import { Random, testSeed } from '../../support/random.ts';

const SEED = testSeed();
const ROUNDS = 6;

function verdictOn(input: Case, arriving: readonly Evidence[]): Verdict {
  const log = new EvidenceLog();
  for (const item of arriving) log.add(item);
  return conclude({ ...input, evidence: log.sorted() }).verdict;
}

function kindsOf(records: readonly Evidence[]): string {
  return records.map(({ data }) => data.kind).join(' ');
}

/** Sources tell in order, each for itself; between them anything is possible within a moment. */
function reordered(random: Random, recording: Recording): Recording {
  const arrivals = [...recording];
  for (let index = 1; index < arrivals.length; index += 1) {
    const [before, after] = [arrivals[index - 1], arrivals[index]];
    if (before === undefined || after === undefined || !random.chance(40) || !maySwap(before, after)) continue;
    arrivals[index - 1] = { ...after, arrived: before.arrived };
    arrivals[index] = { ...before, arrived: after.arrived };
  }
  return arrivals;
}

type Arrival = Recording[number];

function maySwap(before: Arrival, after: Arrival): boolean {
  if (!('evidence' in before) || !('evidence' in after)) return false;
  return (
    before.evidence.source !== after.evidence.source &&
    before.evidence.containerId !== undefined &&
    after.evidence.containerId !== undefined
  );
}

describe(`properties of recorded deaths (seed ${String(SEED)})`, () => {
  const random = new Random(SEED);

  for (const name of recordedNames()) {
    const recording = readRecording(name);
    const deaths = replay(recording);

    test(`order and repetition change nothing: ${name}`, () => {
      for (const { case: told, death } of deaths) {
        for (let round = 0; round < ROUNDS; round += 1) {
          const repeated = told.evidence.filter(() => random.chance(40));
          const arriving = random.shuffled([...told.evidence, ...repeated]);
          assert.deepEqual(verdictOn(told, arriving), death.verdict, `${name}, seed ${String(SEED)}`);
        }
      }
    });

    test(`whoever speaks first, the verdicts are the same: ${name}`, () => {
      const told = deaths.map(({ death }) => death.verdict);
      for (let round = 0; round < ROUNDS; round += 1) {
        const verdicts = replay(reordered(random, recording)).map(({ death }) => death.verdict);
        assert.deepEqual(verdicts, told, `${name}, seed ${String(SEED)}`);
      }
    });

    test(`what is lost never makes another cause certain: ${name}`, () => {
      for (const { case: told, death } of deaths) {
        const check = (lost: readonly Evidence[]): void => {
          const kept = told.evidence.filter((record) => !lost.includes(record));
          const verdict = verdictOn(told, [...kept, gapFor(lost, death.at)]);
          if (verdict.certainty !== 'certain') return;
          const without = `${name}, seed ${String(SEED)}, lost ${kindsOf(lost)}: ${verdict.headline}`;
          assert.equal(verdict.cause, death.verdict.cause, without);
          assert.equal(death.verdict.certainty, 'certain', `a loss made it more certain; ${without}`);
        };
        const losable = told.evidence.filter(({ data }) => data.kind !== 'evidence_gap');
        for (const record of losable) check([record]);
        for (let round = 0; round < ROUNDS * 4; round += 1) {
          const percent = 10 + random.below(80);
          check(losable.filter(() => random.chance(percent)));
        }
      }
    });

    // Its log aside: a cause that only the log can tell is a closer look at an end that the kernel saw as it was.
    test(`what a runtime never told is no reason for another certain cause: ${name}`, () => {
      for (const { case: told, death } of deaths) {
        for (const source of ['docker', 'kmsg'] as const) {
          const verdict = verdictOn(
            told,
            // That the connection broke is the agent's own observation.
            told.evidence.filter(({ source: from, data }) => from !== source || data.kind === 'runtime_connection'),
          );
          if (verdict.certainty !== 'certain') continue;
          assert.equal(verdict.cause, death.verdict.cause, `${name} without ${source}: ${verdict.headline}`);
        }
      }
    });
  }
});
