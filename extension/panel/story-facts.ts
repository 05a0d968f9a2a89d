import type { Death } from '../../agent/domain/death.ts';
import { displayText } from '../../agent/domain/display.ts';
import { changesSentence, isTelling, repetitionSentence } from '../../agent/domain/repetition-words.ts';
import { US_PER_MS } from '../../agent/domain/time.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { t } from '../l10n/t.ts';
import type { Fact } from './model.ts';

/** How often it came before, and what was different when it began. */
export function storyFacts(death: Death): readonly Fact[] {
  return [...woundFacts(death), ...repetitionFacts(death)];
}

/** How often a wound came, and the wounds that a death was preceded by. */
function woundFacts({ wound, wounds }: Death): readonly Fact[] {
  const own =
    wound === undefined || wound.count === 1
      ? []
      : [{ label: t('Repeats'), value: t('{0} times since {1}', wound.count, dayAndTime(wound.firstAt)) }];
  const before = (wounds ?? []).map(({ headline, count, lastAt }) => ({
    label: t('Wounded before'),
    value: displayText(headline),
    detail: count === 1 ? dayAndTime(lastAt) : t('{0} times, last {1}', count, dayAndTime(lastAt)),
  }));
  return [...own, ...before];
}

function repetitionFacts({ verdict, repetition }: Death): readonly Fact[] {
  if (repetition === undefined || !isTelling(verdict.cause)) return [];
  const again = repetitionSentence(repetition, dayAndTime(repetition.firstAt));
  const changes = changesSentence(repetition);
  return [
    ...(again === undefined ? [] : [{ label: t('Repeats'), value: again }]),
    ...(changes === undefined ? [] : [{ label: t('Changed'), value: displayText(changes) }]),
  ];
}

function dayAndTime(at: EpochUs): string {
  return new Date(at / US_PER_MS).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
