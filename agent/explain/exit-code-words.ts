/** What an exit code below 128 means by convention, as the end of a sentence; empty where there is none. */
export function explainExitCodeBriefly(code: number): string {
  const meaning = CONVENTIONS.get(code);
  return meaning === undefined ? '' : ` (${meaning})`;
}

/** Only what shells agree on; the rest differs by program and would mislead in a headline. */
const CONVENTIONS: ReadonlyMap<number, string> = new Map([
  [126, 'by convention: a command was found but could not be executed'],
  [127, 'by convention: a command was not found'],
]);
