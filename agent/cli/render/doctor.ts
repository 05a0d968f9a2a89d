import type { Check, CheckState } from '../doctor/check.ts';
import { padToCells } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { glyphs, tint } from '../text/look.ts';
import type { Style } from '../text/paint.ts';
import { paragraph } from './layout.ts';
import { plural } from '../../domain/death-words.ts';

const STATE_STYLE: Readonly<Record<CheckState, Style>> = { ok: 'good', warn: 'caution', fail: 'bad' };

/** One line per check, what to do below it, and the sum of it in the last line. */
export function renderDoctor(checks: readonly Check[], look: Look): readonly string[] {
  const titleCells = Math.max(...checks.map(({ title }) => title.length));
  const signCells = look.unicode ? 1 : 2;
  return [...checks.flatMap((check) => renderCheck(check, titleCells, signCells, look)), '', renderSum(checks, look)];
}

function renderCheck(check: Check, titleCells: number, signCells: number, look: Look): readonly string[] {
  const margin = ' '.repeat(signCells + 1);
  const lead = `${check.title.padEnd(titleCells)}  `;
  const sign = tint(look, STATE_STYLE[check.state], padToCells(glyphs(look)[check.state], signCells));
  const [first = '', ...rest] = paragraph(look, check.detail, { lead, leadStyle: 'strong' });
  const next =
    check.next === null
      ? []
      : paragraph(look, check.next, {
          lead: `${' '.repeat(lead.length)}${look.unicode ? '→' : '>'} `,
          style: 'accent',
        });
  return [`${sign} ${first}`, ...[...rest, ...next].map((line) => `${margin}${line}`)];
}

function renderSum(checks: readonly Check[], look: Look): string {
  const failed = checks.filter(({ state }) => state === 'fail').length;
  const warned = checks.filter(({ state }) => state === 'warn').length;
  if (failed > 0) return tint(look, 'alarm', `Inquest cannot work here: ${plural(failed, 'problem')} to solve first.`);
  if (warned > 0) return tint(look, 'caution', `Inquest can work here, with ${plural(warned, 'thing')} to look at.`);
  return tint(look, 'good', 'Inquest can work here. Nothing to do.');
}
