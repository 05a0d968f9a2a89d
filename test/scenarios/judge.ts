import assert from 'node:assert/strict';
import type { Certainty } from '../../agent/domain/death.ts';
import type { DeathReport } from '../../agent/domain/report.ts';
import type { Expectation, Scenario } from './scenario.ts';

const STRENGTH: readonly Certainty[] = ['unknown', 'possible', 'likely', 'certain'];

/** Compares what was said with what must be said. The message names the scenario and shows the verdict. */
export function judge(scenario: Scenario, report: DeathReport): void {
  const { expect } = scenario;
  const said = `scenario ${String(scenario.number)} (${scenario.title}): ${report.cause}, ${report.certainty}: ${report.headline}`;
  assert.equal(report.cause, expect.cause, said);
  assert.ok(STRENGTH.indexOf(report.certainty) >= STRENGTH.indexOf(expect.certainty), said);
  assert.deepEqual({ code: report.exit.code, signal: report.exit.signal }, expect.exit, said);
  judgePeople(expect, report, said);
  assert.match(report.headline, expect.says, said);
  for (const cause of expect.ruledOut ?? []) {
    assert.ok(
      report.ruledOut.some((entry) => entry.cause === cause),
      `${said}\n${cause} is not ruled out`,
    );
  }
  const everything = [report.headline, ...report.notes, ...report.advice.map(({ text }) => text)].join('\n');
  assert.doesNotMatch([report.headline, ...report.notes].join('\n'), expect.never, `${said}\n${everything}`);
  assert.ok(report.complete, `${said}\nincomplete`);
  assert.ok(report.settled, `${said}\nnot settled`);
}

function judgePeople(expect: Expectation, report: DeathReport, said: string): void {
  assert.equal(report.actor.kind, expect.actor.kind, said);
  if (expect.actor.program !== undefined) assert.match(nameOf(report.actor.process), expect.actor.program, said);
  if (expect.actor.uid !== undefined) assert.equal(report.actor.user?.uid, expect.actor.uid, said);
  if (expect.victim.program === '') {
    assert.equal(report.victim, null, said);
    return;
  }
  assert.equal(nameOf(report.victim), expect.victim.program, said);
  assert.equal(report.victim?.isMain, expect.victim.isMain, said);
}

function nameOf(process: DeathReport['actor']['process']): string {
  const program = process?.argv?.[0] ?? process?.exe ?? '';
  return program.slice(program.lastIndexOf('/') + 1);
}
