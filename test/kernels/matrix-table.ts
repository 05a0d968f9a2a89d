import type { ScenarioResult } from './result.ts';

const WORDS: Readonly<Record<ScenarioResult['outcome'], string>> = { right: 'right', wrong: 'WRONG', skipped: '–' };

/** A line for each scenario, a column for each kernel. Pure. */
export function renderMatrix(results: ReadonlyMap<string, readonly ScenarioResult[]>): string {
  const kernels = [...results.keys()];
  const titles = new Map<string, string>();
  for (const scenario of [...results.values()].flat()) titles.set(scenario.name, scenario.title);
  const rows = [...titles]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, title]) => [
      name.split('-')[0] ?? '',
      title,
      ...kernels.map((kernel) => {
        const outcome = results.get(kernel)?.find((one) => one.name === name)?.outcome;
        return outcome === undefined ? '' : WORDS[outcome];
      }),
    ]);
  const cells = [['', 'scenario', ...kernels], ...rows];
  const widths = kernels.concat('', '').map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
