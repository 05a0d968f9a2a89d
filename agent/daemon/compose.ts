import type { Death } from '../domain/death.ts';
import type { CaseVerdict } from '../explain/case-book.ts';
import { signatureOf } from '../explain/signature.ts';
import { deathId } from './death-id.ts';
import { signatureId } from './signature-id.ts';
import type { Machine } from './machine.ts';

/** A verdict on a case as the store and the protocol carry it. */
export function composeDeath(machine: Machine, verdict: CaseVerdict): Death {
  const { facts } = verdict;
  return {
    id: deathId(machine, verdict.file, facts),
    at: verdict.at,
    host: machine.host,
    bootId: machine.bootId,
    origin: verdict.origin,
    container: {
      ...verdict.container,
      ...(facts.startedAt === undefined ? {} : { startedAt: facts.startedAt }),
    },
    exit: facts.status,
    verdict: verdict.verdict,
    // The log's lines stand in `logTail`; one sentence is enough among the evidence.
    evidence: verdict.evidence.filter(({ data }) => data.kind !== 'log_tail'),
    vitals: verdict.vitals,
    logTail: facts.logTail,
    revisions: verdict.revisions,
    settled: verdict.settled,
    signature: signatureId(verdict.container, signatureOf(facts, verdict.verdict)),
  };
}
