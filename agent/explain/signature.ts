import { causeFamily } from '../domain/causes.ts';
import type { Verdict } from '../domain/death.ts';
import { toExitCode } from '../domain/exit-status.ts';
import { processName } from '../domain/process.ts';
import type { Facts } from './facts.ts';
import { ofKind } from './facts.ts';
import { ownFrame } from './fault-frames.ts';
import { placeOfFault } from './fault-place.ts';
import { lastWords } from './log-clues.ts';
import { keyOf } from './process-table.ts';

const PART_LIMIT = 160;
/** A null pointer plus an offset is the same in every run; every other address changes with its mapping. */
const STABLE_ADDRESS_END = 0x10000n;

/**
 * What the same end has in common from run to run: cause, program and place. Left out is whatever
 * differs between two runs of one program: pids, addresses, times, numbers of requests.
 */
export function signatureOf(facts: Facts, { cause, victim, actor }: Verdict): string {
  const program = victim === undefined ? '' : processName(victim.process);
  return [cause, program, ...placeOf(facts, cause, victim), ...actorOf(cause, actor), ...codeOf(facts, cause, victim)]
    .map((part) => part.slice(0, PART_LIMIT))
    .join('\n');
}

/** Whether `placed` is `signature` with the place in the code, which is not known of every crash. */
export function isPlaceOf(placed: string, signature: string): boolean {
  return placed.startsWith(`${signature}\n`);
}

function placeOf(facts: Facts, cause: Verdict['cause'], victim: Verdict['victim']): readonly string[] {
  switch (causeFamily(cause)) {
    case 'crash':
      return [faultOf(facts, victim)];
    case 'exit': {
      const code = facts.status === undefined ? '' : String(toExitCode(facts.status));
      return cause === 'exit.success' ? [code] : [code, withoutNumbers(lastWords(facts) ?? '')];
    }
    case 'start':
      return [withoutNumbers(facts.runtimeState?.data.error ?? '')];
    default:
      return [];
  }
}

/** Of a kill, who did it: two scripts that kill the same program are two stories. */
function actorOf(cause: Verdict['cause'], { kind, process }: Verdict['actor']): readonly string[] {
  return causeFamily(cause) === 'kill' ? [kind, process === undefined ? '' : processName(process)] : [];
}

function faultOf(facts: Facts, victim: Verdict['victim']): string {
  if (victim === undefined) return '';
  const key = keyOf(victim.process);
  const fault = ofKind(facts.case.evidence, 'signal_sent').findLast(
    ({ data }) => data.info === 'struct' && data.code > 0 && keyOf(data.target) === key,
  );
  if (fault === undefined) return '';
  const { code, faultAddress, syscall } = fault.data;
  const isStable = faultAddress !== undefined && BigInt(faultAddress) < STABLE_ADDRESS_END;
  return [String(code), isStable ? faultAddress : '', syscall === undefined ? '' : String(syscall)].join(' ');
}

/**
 * Of a crash, where in the code: two null pointers in two functions are two faults. Last, so that what is known
 * without a backtrace comes first; nothing where there is none.
 */
function codeOf(facts: Facts, cause: Verdict['cause'], victim: Verdict['victim']): readonly string[] {
  if (causeFamily(cause) !== 'crash' || victim === undefined) return [];
  const key = keyOf(victim.process);
  const fault = facts.faults.findLast(({ data }) => keyOf(data.process) === key)?.data;
  if (fault === undefined) return [];
  // Which function of a recursion finds the stack full is chance.
  if (placeOfFault(fault)?.kind === 'stack') return ['stack'];
  const frame = ownFrame(fault)?.frame;
  if (frame?.module === undefined || frame.isGuess === true) return [];
  return [`${frame.module} ${frame.function ?? frame.offset ?? ''}`];
}

/** The line that a program fails with, without what counts up or names one request. */
function withoutNumbers(line: string): string {
  return line
    .replaceAll(/"[^"]*"|'[^']*'|“[^”]*”/g, '“”')
    .replaceAll(/\b(?:0x)?[0-9a-f]*\d[0-9a-f]*\b/gi, '#')
    .replaceAll(/\d+/g, '#');
}
