import type { ExitCodeKnowledge } from '../../domain/exit-codes.ts';
import { wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { glyphs, proseWidth, tint } from '../text/look.ts';
import { paragraph, ready, section } from './layout.ts';

/** What an exit code can mean, each meaning with the place where that is written down. */
export function renderCode(knowledge: ExitCodeKnowledge, look: Look): readonly string[] {
  const lead = { lead: `${glyphs(look).bullet} ` };
  const headline = wrap(ready(look, `Exit code ${String(knowledge.code)}: ${knowledge.summary}.`), proseWidth(look));
  return [
    ...headline.map((line) => tint(look, 'strong', line)),
    ...section(
      look,
      'IT CAN MEAN',
      knowledge.meanings.flatMap(({ text, context, source }) => [
        ...paragraph(look, `${context}: ${text}`, lead),
        ...paragraph(look, source, { lead: '  ', style: 'dim' }),
      ]),
    ),
    ...section(
      look,
      'CAREFUL',
      knowledge.notProof.flatMap((text) => paragraph(look, text, { ...lead, leadStyle: 'caution' })),
    ),
    '',
    ...paragraph(
      look,
      'A code never says which of these it was. For a container that died: inquest explain <container>',
      {
        style: 'dim',
      },
    ),
  ];
}
