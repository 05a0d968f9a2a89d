import assert from 'node:assert/strict';
import { messageOf } from '../../agent/domain/errors.ts';
import type { Certainty } from '../../agent/domain/death.ts';
import type { DeathReport } from '../../agent/domain/report.ts';
import type { Played } from './play.ts';
import type { Expectation, Scenario } from './scenario.ts';

const STRENGTH: readonly Certainty[] = ['unknown', 'possible', 'likely', 'certain'];

/** Negative when `a` promises less than `b`. */
export function compareCertainty(a: Certainty, b: Certainty): number {
  return STRENGTH.indexOf(a) - STRENGTH.indexOf(b);
}

/** Judges all that was said of a scenario's deaths. What throws says what the verdicts rested on, and Docker's own word. */
export function judgePlayed(scenario: Scenario, { reports, inspected }: Played): void {
  try {
    for (const report of reports) judge(scenario, report);
    judgeRepetition(scenario, reports);
  } catch (error) {
    const rested = reports.flatMap(({ evidence }) =>
      evidence.map(({ at, source, text }) => `  ${at} ${source} ${text}`),
    );
    const inspect = `  docker inspect: ${JSON.stringify(inspected)}`;
    throw new Error([messageOf(error), ...rested, inspect].join('\n'), { cause: error });
  }
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
  judgeWound(scenario, report, said);
}

function judgeWound({ wounds, expect }: Scenario, report: DeathReport, said: string): void {
  assert.equal(report.wound !== null, wounds !== undefined, `${said}\na wound is no death, a death no wound`);
  if (report.wound !== null) {
    assert.equal(report.wound.end, null, `${said}\nthe container runs on`);
    assert.ok(report.wound.count >= (expect.hits ?? 1), `${said}\n${String(report.wound.count)} times`);
  }
  if (expect.woundsLed === undefined) return;
  assert.deepEqual([...new Set(report.wounds.map(({ led }) => led))], [expect.woundsLed], said);
}

/** All deaths of one container, oldest first: the store has counted them. */
function judgeRepetition({ expect }: Scenario, reports: readonly DeathReport[]): void {
  if (expect.repeats === undefined) return;
  const last = reports.at(-1)?.repetition;
  const said = `${last?.signature ?? 'not counted'}: ${String(last?.count)} times`;
  assert.equal(last?.count, expect.repeats.count, said);
  assert.ok(last.medianPeriodSeconds !== null && last.medianPeriodSeconds > 0, `${said}, no period`);
  assert.equal(new Set(reports.map(({ repetition }) => repetition?.signature)).size, 1, said);
  assert.equal(last.firstAt, reports[0]?.at, said);
  const began = last.changes.map(({ text }) => text).join('; ');
  if (expect.repeats.began !== undefined) assert.match(began, expect.repeats.began, said);
}

function judgeWords(expect: Expectation, report: DeathReport, said: string): void {
  const advice = report.advice.map(({ text, command }) => `${text} ${command ?? ''}`).join('\n');
  const notes = report.notes.join('\n');
  assert.match(report.headline, expect.says, said);
  if (expect.advises !== undefined) assert.match(advice, expect.advises, `${said}\nadvice: ${advice}`);
  if (expect.notes !== undefined) assert.match(notes, expect.notes, `${said}\nnotes: ${notes}`);
  if (expect.clue !== undefined) assert.match(clueWords(report), expect.clue, said);
  assert.doesNotMatch(`${report.headline}\n${notes}`, expect.never, said);
}

function judgePeople(expect: Expectation, report: DeathReport, said: string): void {
  assert.equal(report.actor.kind, expect.actor.kind, said);
  if (expect.actor.program !== undefined) assert.match(nameOf(report.actor.process), expect.actor.program, said);
  if (expect.actor.uid !== undefined) assert.equal(report.actor.user?.uid, expect.actor.uid, said);
  judgeRequesters(expect.requester, report.actor.requester, said);
  if (expect.victim.program === '') {
    assert.equal(report.victim, null, said);
    return;
  }
  assert.equal(nameOf(report.victim), expect.victim.program, said);
  assert.equal(report.victim?.isMain, expect.victim.isMain, said);
}

function judgeRequesters(
  expected: Expectation['requester'],
  told: DeathReport['actor']['requester'],
  said: string,
): void {
  if (expected === undefined) {
    assert.equal(told, null, `${said}\nsomebody is named for having asked`);
    return;
  }
  assert.equal(told?.certainty, expected.certainty, said);
  assert.equal(told.candidates.length, expected.programs.length, said);
  for (const [index, { process, user, container }] of told.candidates.entries()) {
    assert.match(nameOf(process), expected.programs[index] ?? /^$/, said);
    if (expected.uid !== undefined) assert.equal(user?.uid, expected.uid, said);
    assert.equal(container?.name, expected.container, said);
  }
}

function clueWords({ logClue }: DeathReport): string {
  if (logClue === null) return '';
  const { runtime, line, explanation, file, lineNumber } = logClue;
  return [runtime, line, explanation, file === null ? '' : `${file}:${String(lineNumber)}`].join(' ').trim();
}

function nameOf(process: DeathReport['actor']['process']): string {
  const program = process?.argv?.[0] ?? process?.exe ?? '';
  return program.slice(program.lastIndexOf('/') + 1);
}
