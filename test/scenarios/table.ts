import type { Certainty } from '../../agent/domain/death.ts';
import type { CauseId } from '../../agent/domain/causes.ts';
import type { Match, Reading } from './inspect.ts';

/** One line of the table: a scenario, what was said of it, and what `docker inspect` alone would have said. */
export interface Row {
  readonly number: number;
  readonly title: string;
  readonly expected: CauseId;
  readonly said: string;
  /** How often it was right, of how many rounds. */
  readonly right: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly inspect: Reading | undefined;
  readonly inspectIs: Match | undefined;
}

export function sayVerdict(cause: CauseId, certainty: Certainty): string {
  return `${cause}, ${certainty}`;
}

const HEAD = ['', 'scenario', 'expected', 'said', '', 's', 'docker inspect', 'alone'] as const;

export function renderTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf(row: Row): readonly string[] {
  const verdict =
    row.rounds === 1 ? (row.right === 1 ? 'right' : 'WRONG') : `${String(row.right)}/${String(row.rounds)}`;
  return [
    String(row.number),
    row.title,
    row.expected,
    row.said,
    verdict,
    row.seconds.toFixed(1),
    row.inspect?.shows ?? '',
    row.inspectIs ?? '',
  ];
}
