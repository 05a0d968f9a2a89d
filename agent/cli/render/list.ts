import { shortId } from '../../domain/container.ts';
import type { Death, DeathSummary } from '../../domain/death.ts';
import { US_PER_SECOND } from '../../domain/time.ts';
import { cellWidth, cutToCells, padToCells, wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { glyphs, proseWidth, tableWidth, tint } from '../text/look.ts';
import { ago, clockTime, dayOf } from '../text/times.ts';
import { CAUSE_WORDS } from '../../domain/cause-words.ts';
import { causeStyle } from './styles.ts';
import { ready } from './layout.ts';
import { exitShort, plural } from '../../domain/death-words.ts';

const GAP = '  ';
const NAME_MOST_CELLS = 28;
const NAME_LEAST_CELLS = 12;
/** The widest that the columns beside the name get, gaps included. */
const OTHER_COLUMNS_CELLS = 47;
/** With less room beside the columns, what happened goes on a line of its own. */
const HEADLINE_LEAST_CELLS = 40;
const WATCH_NAME_CELLS = 20;
const WATCH_EXIT_CELLS = 8;
const CAUSE_CELLS = 20;
const DAY_US = 86_400 * US_PER_SECOND;

const INCOMPLETE_SIGN = '*';
const UNSURE_SIGN = '?';

/** What a line needs to know of a death. */
export type ListedDeath = Pick<
  DeathSummary,
  | 'at'
  | 'containerId'
  | 'containerName'
  | 'exit'
  | 'cause'
  | 'certainty'
  | 'headline'
  | 'complete'
  | 'revision'
  | 'wound'
>;

export function listedOf({ at, container, exit, verdict, revisions, wound }: Death): ListedDeath {
  return {
    at,
    containerId: container.id,
    containerName: container.name,
    exit,
    cause: verdict.cause,
    certainty: verdict.certainty,
    headline: verdict.headline,
    complete: verdict.complete,
    revision: revisions.length,
    ...(wound !== undefined && { wound }),
  };
}

interface Row {
  readonly when: string;
  readonly container: string;
  readonly exit: string;
  readonly cause: string;
  readonly headline: string;
}

/** The table of `inquest deaths`, newest first as it comes. `more` says that older ones exist. */
export function renderDeaths(deaths: readonly ListedDeath[], look: Look, more: boolean): readonly string[] {
  const rows = deaths.map((death) => rowOf(death, whenOf(death, look), look));
  const head: Row = { when: 'WHEN', container: 'CONTAINER', exit: 'EXIT', cause: 'CAUSE', headline: 'WHAT HAPPENED' };
  const cells = {
    when: widest(rows, head, 'when'),
    container: widest(rows, head, 'container'),
    exit: widest(rows, head, 'exit'),
    cause: widest(rows, head, 'cause'),
  };
  const taken = cells.when + cells.container + cells.exit + cells.cause + 4 * GAP.length;
  const beside = tableWidth(look) - taken;
  const stacked = beside < HEADLINE_LEAST_CELLS;
  const columnsOf = (row: Row, paintCell: (key: keyof Row, text: string) => string): string =>
    [
      paintCell('when', padToCells(row.when, cells.when)),
      paintCell('container', padToCells(row.container, cells.container)),
      paintCell('exit', padToCells(row.exit, cells.exit)),
      paintCell('cause', padToCells(row.cause, cells.cause)),
    ].join(GAP);
  const dim = (_key: keyof Row, text: string): string => tint(look, 'dim', text);
  const { ellipsis } = glyphs(look);
  return [
    `${columnsOf(head, dim)}${stacked ? '' : `${GAP}${dim('headline', head.headline)}`}`.trimEnd(),
    ...rows.flatMap((row, index) => {
      const columns = columnsOf(row, (key, text) => tintCell(deaths[index], key, text, look));
      if (!stacked) return [`${columns}${GAP}${cutToCells(row.headline, beside, ellipsis)}`];
      return [columns.trimEnd(), `${GAP}${cutToCells(row.headline, tableWidth(look) - GAP.length, ellipsis)}`];
    }),
    ...renderFooter(deaths, look, more),
  ];
}

/** One line of `inquest watch`: columns of fixed width, since nobody knows what comes. */
export function renderWatchLine(death: ListedDeath, look: Look): string {
  const row = rowOf(death, clockTime(death.at, look), look);
  const revised = `${death.wound === undefined ? '' : 'wounded: '}${death.revision > 1 ? 'revised: ' : ''}`;
  const fixed = [
    row.when,
    tint(
      look,
      'strong',
      padToCells(cutToCells(row.container, WATCH_NAME_CELLS, glyphs(look).ellipsis), WATCH_NAME_CELLS),
    ),
    padToCells(row.exit, WATCH_EXIT_CELLS),
    tint(look, causeStyle(death.cause), padToCells(row.cause, CAUSE_CELLS)),
  ];
  const taken = cellWidth(row.when) + WATCH_NAME_CELLS + WATCH_EXIT_CELLS + CAUSE_CELLS + 4 * GAP.length;
  const room = Math.max(CAUSE_CELLS, tableWidth(look) - taken);
  return [...fixed, cutToCells(`${revised}${row.headline}`, room, glyphs(look).ellipsis)].join(GAP);
}

function rowOf(death: ListedDeath, when: string, look: Look): Row {
  const signs = `${death.certainty === 'certain' || death.cause === 'unknown' ? '' : UNSURE_SIGN}${death.complete ? '' : INCOMPLETE_SIGN}`;
  const name = death.containerName ?? shortId(death.containerId);
  return {
    when,
    container: cutToCells(ready(look, name), nameCells(look), glyphs(look).ellipsis),
    exit: exitShort(death.exit),
    cause: `${CAUSE_WORDS[death.cause]}${signs}`,
    headline: `${timesOf(death, look)}${ready(look, death.headline)}`,
  };
}

function timesOf({ wound }: ListedDeath, look: Look): string {
  return wound === undefined || wound.count === 1 ? '' : `${glyphs(look).times}${String(wound.count)} `;
}

function nameCells(look: Look): number {
  return Math.max(NAME_LEAST_CELLS, Math.min(NAME_MOST_CELLS, tableWidth(look) - OTHER_COLUMNS_CELLS));
}

function whenOf(death: ListedDeath, look: Look): string {
  return look.now - death.at < DAY_US
    ? ago(death.at, look)
    : `${dayOf(death.at, look).slice('2026-'.length)} ${clockTime(death.at, look).slice(0, 'hh:mm'.length)}`;
}

function widest(rows: readonly Row[], head: Row, key: keyof Row): number {
  return Math.max(cellWidth(head[key]), ...rows.map((row) => cellWidth(row[key])));
}

function tintCell(death: ListedDeath | undefined, key: keyof Row, text: string, look: Look): string {
  if (death === undefined) return text;
  if (key === 'container') return tint(look, 'strong', text);
  if (key === 'cause') return tint(look, causeStyle(death.cause), text);
  return key === 'when' ? tint(look, 'dim', text) : text;
}

function renderFooter(deaths: readonly ListedDeath[], look: Look, more: boolean): readonly string[] {
  const signs = [
    ...(deaths.some(({ complete }) => !complete) ? [`${INCOMPLETE_SIGN} incomplete evidence`] : []),
    ...(deaths.some(({ certainty, cause }) => certainty !== 'certain' && cause !== 'unknown')
      ? [`${UNSURE_SIGN} not certain`]
      : []),
  ];
  const kind = deaths.every(({ wound }) => wound !== undefined) ? 'wound' : 'death';
  const parts = [plural(deaths.length, kind), ...(more ? ['--limit shows older ones'] : []), ...signs];
  return [
    '',
    ...wrap(parts.join(` ${glyphs(look).dot} `), proseWidth(look)).map((line) => tint(look, 'dim', line)),
    tint(
      look,
      'dim',
      kind === 'death'
        ? 'inquest explain <container> tells the whole story.'
        : 'inquest explain <container> names each one, and inquest explain <id> tells its story.',
    ),
  ];
}
