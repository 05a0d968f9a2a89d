import { ownMeaning } from '../domain/exit-codes.ts';
import { processName } from '../domain/process.ts';
import type { ProcessRef } from '../domain/process.ts';
import { program } from './words.ts';

/** What the exit code of a process can mean, as the end of a sentence; empty where nobody has written that down. */
export function explainExitCodeBriefly(code: number, process: ProcessRef): string {
  const own = ownMeaning(processName(process), code);
  if (own !== undefined) return ` (for ${program(process)} that can mean: ${own.text})`;
  const meaning = CONVENTIONS.get(code);
  return meaning === undefined ? '' : ` (${meaning})`;
}

/** Only what shells agree on; the rest differs by program and would mislead in a headline. */
const CONVENTIONS: ReadonlyMap<number, string> = new Map([
  [126, 'by convention: a command was found but could not be executed'],
  [127, 'by convention: a command was not found'],
]);
