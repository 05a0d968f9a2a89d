import type { CauseId } from '../../domain/causes.ts';
import type { Facts, Subject } from '../facts.ts';
import type { Finding, Rule } from '../finding.ts';
import { itself } from '../finding.ts';
import { clueAdvice, clueOf } from '../log-clues.ts';
import type { FoundClue } from '../log-patterns/find.ts';
import { program, subjectName } from '../words.ts';
import { rootOf } from './exited.ts';

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * A shell or a small init ran, but could not run the command that it was there for; or the loader could not put the
 * program together. The exit code and the log say the same: neither alone would do, and both can be forged.
 */
export const startByLog: Rule = (facts) => {
  const { subject, clue } = facts;
  if (subject?.status.kind !== 'exited' || subject.status.code === 0 || clue === undefined) return undefined;
  const start = failedStart(facts, subject, subject.status.code, clue);
  if (start === undefined) return undefined;
  return {
    ...start,
    certainty: 'likely',
    advice: clueAdvice(facts),
    notes: ['What could not be started is known from its log, and the exit code agrees with it.'],
    ...clueOf(facts),
  };
};

function failedStart(
  facts: Facts,
  subject: Subject,
  code: number,
  { row, clue, what }: FoundClue,
): Pick<Finding, 'cause' | 'headline' | 'actor' | 'subject'> | undefined {
  const root = rootOf(facts, subject, code);
  const named = what === undefined ? '' : ` ${what}`;
  const finding = (cause: CauseId, problem: string): ReturnType<typeof failedStart> => ({
    cause,
    headline: `Could not start: ${problem}, and ${subjectName(root)} exited with code ${String(code)}. It said: ${clue.line}`,
    actor: itself(root),
    subject: root,
  });
  // A program that ran and ended with the same code says so of something else.
  const isOfShell = root === subject || SPEAKERS.has(program(root.process));
  if (row.means === 'not-found' && code === NOT_FOUND && isOfShell)
    return finding('start.not-found', `the command${named} was not found`);
  if (row.means === 'not-executable' && code === NOT_EXECUTABLE && isOfShell)
    return finding('start.not-executable', `the command${named} could not be executed`);
  if (row.means === 'library')
    return finding(
      'start.failed',
      what === undefined ? 'a shared library does not fit' : `${what} is missing in the image`,
    );
  return undefined;
}

/** What says “not found” of others. */
const SPEAKERS: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'dash',
  'ash',
  'zsh',
  'busybox',
  'env',
  'tini',
  'docker-init',
]);
