import type { Death, DeathEvidence } from '../../domain/death.ts';
import { plural } from '../../domain/death-words.ts';
import { chooseTelling, collapse, isTheDeath, weightOf } from '../../domain/timeline.ts';
import { padStartToCells, wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { glyphs, proseWidth, tint } from '../text/look.ts';
import { relativeTo } from '../text/times.ts';
import { ready } from './layout.ts';

export const TIMELINE_LINES = 12;

/** One line per entry: distance to the death, who saw it, what it was. */
export function renderTimeline(death: Death, look: Look, all: boolean): readonly string[] {
  const entries = collapse(death.evidence);
  const shown = all ? entries : chooseTelling(entries, death.at, TIMELINE_LINES);
  const telling = all ? entries : entries.filter(({ evidence }) => weightOf(evidence.data) > 0);
  const rows = shown.map(({ evidence, count }) => ({
    when: whenOf(evidence, death, look),
    source: evidence.source,
    text: ready(look, evidence.text) + (count === 1 ? '' : ` (${glyphs(look).times}${String(count)})`),
    isDeath: isTheDeath(evidence.data),
  }));
  const whenCells = Math.max(0, ...rows.map(({ when }) => when.length));
  const sourceCells = Math.max(0, ...rows.map(({ source }) => source.length));
  const textCells = proseWidth(look) - whenCells - sourceCells - 6;
  const lines = rows.flatMap(({ when, source, text, isDeath }) =>
    wrap(text, textCells).map((line, index) => {
      const margin = `${padStartToCells(index === 0 ? when : '', whenCells)}  `;
      const column = `${(index === 0 ? source : '').padEnd(sourceCells)}  `;
      return `${isDeath ? tint(look, 'strong', margin) : margin}${tint(look, 'dim', column)}${isDeath ? tint(look, 'strong', line) : line}`;
    }),
  );
  const hidden = telling.length - shown.length;
  return hidden === 0
    ? lines
    : [...lines, tint(look, 'dim', `${plural(hidden, 'less telling line')} left out; --all shows everything`)];
}

function whenOf(evidence: DeathEvidence, death: Death, look: Look): string {
  return isTheDeath(evidence.data) ? 'death' : ready(look, relativeTo(evidence.at, death.at, look));
}
