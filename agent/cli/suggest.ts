import { distance } from '../domain/edit-distance.ts';

const LONGEST_WORD = 64;

/** The known word that a mistyped one most likely meant, or nothing when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const typed = word.slice(0, LONGEST_WORD).toLowerCase();
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const lower = candidate.slice(0, LONGEST_WORD).toLowerCase();
    const away = typed.length > 2 && lower.startsWith(typed) ? 1 : distance(typed, lower);
    const near = Math.max(1, Math.floor(Math.max(typed.length, lower.length) / 3));
    if (away <= near && (best === undefined || away < best.distance)) best = { word: candidate, distance: away };
  }
  return best?.word;
}

/** `Did you mean --since?`, or what to do where nothing is near. */
export function didYouMean(word: string, known: Iterable<string>, otherwise: string): string {
  const near = nearest(word, known);
  return near === undefined ? otherwise : `Did you mean ${near}?`;
}
