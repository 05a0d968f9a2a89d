import type { Death, DeathSummary, WoundRef } from '../../domain/death.ts';
import { plural } from '../../domain/death-words.ts';
import { changesSentence, isTelling, repetitionSentence } from '../../domain/repetition-words.ts';
import type { Look } from '../text/look.ts';
import { glyphs, tint } from '../text/look.ts';
import { ago, sinceWords } from '../text/times.ts';
import { paragraph, ready } from './layout.ts';

/** How often it came before, and what was different when it began: the lines below the certainty. */
export function renderStory({ verdict, repetition, wound }: Death, look: Look): readonly string[] {
  if (wound !== undefined && wound.count > 1) {
    return [
      `${plural(wound.count, 'time')} since ${sinceWords(wound.firstAt, look)}, last ${ago(wound.lastAt, look)}.`,
    ];
  }
  if (repetition === undefined || !isTelling(verdict.cause)) return [];
  return [repetitionSentence(repetition, sinceWords(repetition.firstAt, look)), changesSentence(repetition)].filter(
    (sentence) => sentence !== undefined,
  );
}

const SHOWN = 5;

type ListedWound = Pick<WoundRef, 'id' | 'headline' | 'count' | 'lastAt'>;

/** One line for each wound, the last one first, with the command that tells more. */
export function renderWoundRefs(wounds: readonly ListedWound[], look: Look): readonly string[] {
  const newest = wounds.toSorted((a, b) => b.lastAt - a.lastAt);
  const lines = newest.slice(0, SHOWN).flatMap(({ id, headline, count, lastAt }) => {
    const times = count === 1 ? '' : `${glyphs(look).times}${String(count)}, last `;
    return [
      ...paragraph(look, `${times}${ago(lastAt, look)}: ${headline}`, { lead: `${glyphs(look).bullet} ` }),
      `  ${tint(look, 'accent', ready(look, `inquest explain ${id}`))}`,
    ];
  });
  const hidden = newest.length - SHOWN;
  return hidden <= 0
    ? lines
    : [...lines, tint(look, 'dim', `${plural(hidden, 'more kind')}: inquest deaths --wounded`)];
}

/** What can be said of a container that runs and has not died, but not unharmed. */
export function renderWounded(name: string, wounds: readonly DeathSummary[], look: Look): readonly string[] {
  const listed = wounds.flatMap(({ id, headline, wound }) =>
    wound === undefined ? [] : [{ id, headline, count: wound.count, firstAt: wound.firstAt, lastAt: wound.lastAt }],
  );
  const hits = listed.reduce((sum, { count }) => sum + count, 0);
  const since = Math.min(...listed.map(({ firstAt }) => firstAt));
  const what = `${plural(hits, 'process', 'processes')} of it ${hits === 1 ? 'was' : 'were'} killed or crashed`;
  return [
    tint(look, 'strong', ready(look, `${name} runs, but ${what} since ${sinceWords(since, look)}.`)),
    '',
    ...renderWoundRefs(listed, look),
  ];
}
