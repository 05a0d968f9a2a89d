import { causeFamily } from '../domain/causes.ts';
import { toExitCode } from '../domain/exit-status.ts';
import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { runtimeTitle } from './runtime-words.ts';
import { plural } from './words.ts';

/** Where the runtime's word and the kernel's differ: worth telling, because everybody else sees only the runtime's. */
export function notesOn(facts: Facts, finding: Finding): string[] {
  return [oomFlag(facts, finding), exitCode(facts), survivedOom(facts, finding), throttled(facts)].filter(
    (note) => note !== undefined,
  );
}

function oomFlag(facts: Facts, { cause }: Finding): string | undefined {
  const flag = facts.runtimeState?.data.oomKilled;
  const title = runtimeTitle(facts);
  const kernelOom = causeFamily(cause) === 'oom' && facts.ooms.length > 0;
  if (flag === true && !kernelOom) {
    return facts.ooms.length > 0
      ? `${title} reports OOMKilled: true. A process of the container was killed for memory, but that is not what ended the container.`
      : `${title} reports OOMKilled: true, but the kernel killed no process of this container for memory.`;
  }
  if (flag === false && kernelOom) {
    return `${title} reports OOMKilled: false. It is wrong: the kernel’s own record of the kill is in the evidence.`;
  }
  return undefined;
}

function exitCode(facts: Facts): string | undefined {
  const code = facts.runtimeState?.data.exitCode;
  if (code === undefined || facts.mainExit === undefined) return undefined;
  const seen = toExitCode(facts.mainExit.data.status);
  return code === seen
    ? undefined
    : `${runtimeTitle(facts)} reports exit code ${String(code)}; the kernel saw ${String(seen)}.`;
}

function survivedOom(facts: Facts, { cause }: Finding): string | undefined {
  if (causeFamily(cause) === 'oom' || facts.ooms.length === 0) return undefined;
  return `${plural(facts.ooms.length, 'process', 'processes')} of the container ${facts.ooms.length === 1 ? 'was' : 'were'} killed for memory before; the container lived on.`;
}

function throttled(facts: Facts): string | undefined {
  const throttle = facts.mainExit?.data.throttle;
  if (throttle === undefined || throttle.periods < 50) return undefined;
  const share = throttle.throttledPeriods / throttle.periods;
  return share < 0.25
    ? undefined
    : `It had to wait for CPU in ${String(Math.round(share * 100))} % of its scheduling periods: its CPU limit is too low for what it does.`;
}
