import assert from 'node:assert/strict';
import type { Certainty } from '../../agent/domain/death.ts';
import type { DeathReport } from '../../agent/domain/report.ts';
import type { Expectation, Scenario } from './scenario.ts';

const STRENGTH: readonly Certainty[] = ['unknown', 'possible', 'likely', 'certain'];

/** Negative when `a` promises less than `b`. */
export function compareCertainty(a: Certainty, b: Certainty): number {
  return STRENGTH.indexOf(a) - STRENGTH.indexOf(b);
}

/** Compares what was said with what must be said. The message names the scenario and shows the verdict. */
export function judge(scenario: Scenario, report: DeathReport): void {
  const { expect } = scenario;
  const said = `scenario ${String(scenario.number)} (${scenario.title}): ${report.cause}, ${report.certainty}: ${report.headline}`;
  assert.equal(report.cause, expect.cause, said);
  assert.ok(compareCertainty(report.certainty, expect.certainty) >= 0, said);
  assert.deepEqual({ code: report.exit.code, signal: report.exit.signal }, expect.exit, said);
  judgePeople(expect, report, said);
  judgeWords(expect, report, said);
  for (const cause of expect.ruledOut ?? []) {
    assert.ok(
      report.ruledOut.some((entry) => entry.cause === cause),
      `${said}\n${cause} is not ruled out`,
    );
  }
  assert.ok(report.complete, `${said}\nincomplete`);
  assert.ok(report.settled, `${said}\nnot settled`);
}

function judgeWords(expect: Expectation, report: DeathReport, said: string): void {
  const advice = report.advice.map(({ text, command }) => `${text} ${command ?? ''}`).join('\n');
  const notes = report.notes.join('\n');
  assert.match(report.headline, expect.says, said);
  if (expect.advises !== undefined) assert.match(advice, expect.advises, said);
  if (expect.notes !== undefined) assert.match(notes, expect.notes, said);
  assert.doesNotMatch(`${report.headline}\n${notes}`, expect.never, said);
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
