import type { Evidence } from '../domain/evidence.ts';
import { isKind } from '../domain/evidence.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { CaseFile, CaseOpening } from './case-file.ts';

/** Which run of a container a piece of evidence is about: a restart keeps the id, and a runtime knows no more. */

/** A runtime's event may reach us a little before the kernel record of the same moment. */
export const CLOCK_SLACK_US = 50_000;
/** How long the runtime's word is waited for after a cgroup went away without a program. */
export const RUNTIME_WAIT_US = 4 * US_PER_SECOND;

/** The runtime keeps an error only of a start that failed. */
export function isFailedStart(evidence: Evidence): boolean {
  return isKind(evidence, 'runtime_state') && !evidence.data.running && (evidence.data.error ?? '') !== '';
}

/** Its time may be the end of the run before: what counts is that the run in question never had a program. */
export function isOfStart(file: CaseFile, evidence: Evidence): boolean {
  return !file.mainSeen && (file.diedAt === undefined || evidence.at <= file.diedAt + RUNTIME_WAIT_US);
}

/** A container is created long before its run; everything else from before is of another run, its `die` above all. */
export function mayConcern({ at, origin }: CaseOpening, evidence: Evidence): boolean {
  if (origin === 'reconciled' || evidence.at >= at - CLOCK_SLACK_US) return true;
  return isKind(evidence, 'runtime_event') && evidence.data.action === 'create';
}

/** The runtime told of the failed start before the kernel's records of its cgroup were read. */
export function isCgroupOf(file: CaseFile, { at }: Evidence): boolean {
  const { opening, run, mainSeen } = file;
  const byRuntime = run === opening.run && !/^\d+$/.test(run);
  return byRuntime && !mainSeen && at <= opening.at + CLOCK_SLACK_US && opening.at - at <= RUNTIME_WAIT_US;
}
