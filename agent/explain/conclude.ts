import type { Verdict } from '../domain/death.ts';
import type { EvidenceGap } from '../domain/evidence.ts';
import type { Case } from './case.ts';
import type { Facts } from './facts.ts';
import { gatherFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { notesOn } from './notes.ts';
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
      advice: finding.advice,
      notes: [...(finding.notes ?? []), ...notesOn(facts, finding)],
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
  const blind = facts.gaps.some(({ data }) => mayHideAKill(data)) || !facts.case.seenFromStart;
  return finding.certainty === 'certain' && finding.reliesOnAbsence === true && blind ? 'likely' : finding.certainty;
}

/** A container that runs thousands of programs loses records of those, not of who killed it. */
function mayHideAKill({ recordKinds }: EvidenceGap): boolean {
  return recordKinds.length === 0 || recordKinds.includes('signal_sent') || recordKinds.includes('oom_kill');
}

function victimOf(facts: Facts, subject: Finding['subject']): Verdict['victim'] {
  if (subject !== undefined) return { process: subject.process, isMain: subject.isMain };
  return facts.main === undefined ? undefined : { process: facts.main, isMain: true };
}
