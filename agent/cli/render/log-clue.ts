import type { Verdict } from '../../domain/death.ts';
import { placeText } from '../../domain/log-place.ts';
import type { Look } from '../text/look.ts';
import { glyphs, tint } from '../text/look.ts';
import { paragraph, ready } from './layout.ts';

/** The line in which the program says why, what it means, and the place that it names. */
export function renderLogClue({ logClue }: Verdict, look: Look): readonly string[] {
  if (logClue === undefined) return [];
  const { runtime, line, explanation } = logClue;
  const place = placeText(logClue);
  return [
    ...paragraph(look, line, { lead: `${glyphs(look).rail} `, leadStyle: 'dim' }),
    ...paragraph(look, `${runtime}: ${explanation}`),
    ...(place === undefined ? [] : [`in ${tint(look, 'accent', ready(look, place))}`]),
  ];
}
