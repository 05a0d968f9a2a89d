import { CAUSES } from '../../domain/causes.ts';
import type { Death } from '../../domain/death.ts';
import { deathNotes } from '../../domain/death-notes.ts';
import { CERTAINTY_WORDS } from '../../domain/death-words.ts';
import type { Tier } from '../../domain/protocol.ts';
import { wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { glyphs, proseWidth, tint } from '../text/look.ts';
import { renderActor } from './actor.ts';
import { renderBacktrace } from './backtrace.ts';
import { renderFacts } from './facts.ts';
import { paragraph, ready, section } from './layout.ts';
import { renderLogClue } from './log-clue.ts';
import { renderLogTail } from './log-tail.ts';
import { renderMemory } from './memory.ts';
import { renderStory, renderWoundRefs } from './story.ts';
import { renderTimeline } from './timeline.ts';
import { CERTAINTY_STYLE } from './styles.ts';

export interface ExplainOptions {
  /** Every line of evidence, every parent, every log line. */
  readonly all: boolean;
  /** What the agent lets this user see. */
  readonly tier: Tier;
}

/** A death for a person who was woken by it: the answer first, then who, the evidence, what to do. */
export function renderExplain(death: Death, look: Look, options: ExplainOptions): readonly string[] {
  return [
    ...renderHeadline(death, look),
    '',
    ...renderFacts(death, look).map((line) => `  ${line}`),
    ...section(look, 'WHO ENDED IT', renderActor(death, look, options.all)),
    ...section(look, 'WHERE IT CRASHED', renderBacktrace(death, look, options.all)),
    ...section(look, 'TIMELINE', renderTimeline(death, look, options.all)),
    ...section(look, 'MEMORY', renderMemory(death, look)),
    ...section(look, 'WHAT IT SAID', renderLogClue(death.verdict, look)),
    ...section(look, 'WOUNDED BEFORE', renderWoundRefs(death.wounds ?? [], look)),
    ...section(look, 'WHAT IT IS NOT', renderRuledOut(death, look)),
    ...section(look, 'WHAT TO DO', renderAdvice(death, look)),
    ...section(look, 'LAST LOG LINES', renderLogTail(death.logTail, look, options.all)),
    ...section(look, 'WORTH KNOWING', renderNotes(death, look, options.tier)),
  ];
}

function renderHeadline(death: Death, look: Look): readonly string[] {
  const { verdict } = death;
  const dot = tint(look, 'dim', ` ${glyphs(look).dot} `);
  const certainty = tint(look, CERTAINTY_STYLE[verdict.certainty], CERTAINTY_WORDS[verdict.certainty]);
  const incomplete = verdict.complete ? [] : [tint(look, 'caution', 'incomplete evidence')];
  return [
    ...wrap(ready(look, verdict.headline), proseWidth(look)).map((line) => tint(look, 'strong', line)),
    [certainty, ...incomplete, ...(verdict.cause === 'unknown' ? [] : [tint(look, 'dim', verdict.cause)])].join(dot),
    ...renderStory(death, look).flatMap((sentence) => wrap(ready(look, sentence), proseWidth(look))),
  ];
}

function renderRuledOut({ verdict }: Death, look: Look): readonly string[] {
  return verdict.ruledOut.flatMap(({ cause, why }) =>
    paragraph(look, `${CAUSES[cause]}: ${why}`, { lead: `${glyphs(look).bullet} ` }),
  );
}

function renderAdvice({ verdict }: Death, look: Look): readonly string[] {
  return verdict.advice.flatMap(({ text, command }, index) => {
    const lead = `${String(index + 1)}. `;
    const shown = paragraph(look, text, { lead });
    // A command is never wrapped: it is there to be copied.
    return command === undefined
      ? shown
      : [...shown, `${' '.repeat(lead.length + 2)}${tint(look, 'accent', ready(look, command))}`];
  });
}

function renderNotes(death: Death, look: Look, tier: Tier): readonly string[] {
  return deathNotes(death, tier).flatMap((note) =>
    paragraph(look, note, { lead: `${glyphs(look).bullet} `, leadStyle: 'caution' }),
  );
}
