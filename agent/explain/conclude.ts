import type { Verdict } from '../domain/death.ts';
import type { Case } from './case.ts';
import type { Facts } from './facts.ts';
import { gatherFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { isBlindTo } from './blind-spots.ts';
import { notesOn } from './notes.ts';
import { inOwnWords } from './own-words.ts';
import { ruleOut } from './ruled-out.ts';
import { RULES, nothingKnown } from './rules/index.ts';

export interface Conclusion {
  readonly facts: Facts;
  readonly verdict: Verdict;
}

/** Evidence to verdict. Pure: the same case gives the same verdict on every machine. */
export function conclude(input: Case): Conclusion {
  const facts = gatherFacts(input);
  const finding = firstFinding(facts);
  const subject = finding.subject;
  return {
    facts,
    verdict: {
      cause: finding.cause,
      headline: finding.headline,
      certainty: weakened(facts, finding),
      actor: finding.actor,
      victim: victimOf(facts, subject),
      ruledOut: ruleOut(facts, finding),
      advice: inOwnWords(finding.advice, input.container),
      notes: [...(finding.notes ?? []), ...notesOn(facts, finding)],
      ...(finding.logClue === undefined ? {} : { logClue: finding.logClue }),
      complete: facts.complete,
    },
  };
}

function firstFinding(facts: Facts): Finding {
  for (const rule of RULES) {
    const finding = rule(facts);
    if (finding !== undefined) return finding;
  }
  return nothingKnown();
}

/** What was not seen may have been lost: then a finding that rests on it is no promise. */
function weakened(facts: Facts, finding: Finding): Verdict['certainty'] {
  if (finding.certainty !== 'certain') return finding.certainty;
  const blind = finding.reliesOnAbsence?.some((absence) => isBlindTo(facts, absence)) === true;
  return blind ? 'likely' : finding.certainty;
}

function victimOf(facts: Facts, subject: Finding['subject']): Verdict['victim'] {
  if (subject !== undefined) return { process: subject.process, isMain: subject.isMain };
  return facts.main === undefined ? undefined : { process: facts.main, isMain: true };
}
