/** Optimal string alignment distance: insertions, deletions, substitutions and swapped neighbours. */
export function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min((current[column - 1] ?? 0) + 1, (last[column] ?? 0) + 1, (last[column - 1] ?? 0) + cost);
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

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
