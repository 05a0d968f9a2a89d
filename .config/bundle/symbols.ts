/** The oldest system that a bundle runs on: glibc 2.31 with the libraries of GCC 10, which is Debian 11. */
const NEWEST: Readonly<Record<string, string>> = {
  GLIBC: '2.31',
  GLIBCXX: '3.4.28',
  CXXABI: '1.3.12',
  GCC: '10.0.0',
};

/**
 * Symbols that the oldest system has not, as `symbol needs VERSION`.
 * @param table what `objdump -T` prints
 */
export function tooNew(table: string): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [, library = '', version = '', symbol = ''] =
      /\*UND\*\s+[\da-f]+\s+\(?([A-Z]+)_([\d.]+)\)?\s+(?:0x[\da-f]+\s+)?(\S+)$/.exec(line) ?? [];
    const newest = NEWEST[library];
    return newest === undefined || compare(version, newest) <= 0 ? [] : [`${symbol} needs ${library}_${version}`];
  });
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at += 1) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
