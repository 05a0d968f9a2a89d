import type { LogClue } from './death.ts';
import { displayText } from './display.ts';

const PLACE_LIMIT = 240;

/** `src/main.rs:4`, safe to show. */
export function placeText({ file, lineNumber }: LogClue): string | undefined {
  if (file === undefined) return undefined;
  const shown = displayText(file, PLACE_LIMIT);
  return lineNumber === undefined ? shown : `${shown}:${String(lineNumber)}`;
}
