import type { Bundle } from './bundle.ts';
import { architectureOf, type HostFacts } from './host-facts.ts';
import { type Architecture, InstallError, type InstallProblem } from './problem.ts';
import { compareVersions } from './versions.ts';

/** What may make the agent see less, or nothing; `inquest install` finds out and takes everything back. */
export type Warning =
  | { readonly kind: 'old-kernel'; readonly kernel: string }
  | { readonly kind: 'no-btf' }
  | { readonly kind: 'downgrade'; readonly from: string; readonly to: string };

export type Change = 'install' | 'upgrade' | 'repair';

export interface InstallPlan {
  readonly facts: HostFacts;
  readonly bundle: Bundle;
  readonly change: Change;
  readonly warnings: readonly Warning[];
  /** The user who may be let into the group; `undefined` for root and for whoever is in it. */
  readonly mayJoin: string | undefined;
}

const OLDEST_KERNEL = [5, 10] as const;
const OLDEST_GLIBC = [2, 31] as const;
/** What is copied is there once packed and once unpacked; what is installed once more. */
const SPARE_BYTES = 16 * 1_048_576;
/** Names that no shell and no option parser reads otherwise. */
const PLAIN_USER = /^[A-Za-z_][\w.@-]*$/;

/** Which bundle the host needs. Throws InstallError where no agent could run, before anything is chosen or copied. */
export function neededArchitecture(facts: HostFacts): Architecture {
  const problem = hostProblem(facts);
  if (problem !== undefined) throw new InstallError(problem);
  const architecture = architectureOf(facts);
  if (architecture === undefined) throw new InstallError({ reason: 'architecture', machine: facts.machine });
  return architecture;
}

function hostProblem({ system, hasSystemd, isRoot, hasSudo, user, libc }: HostFacts): InstallProblem | undefined {
  if (system !== 'Linux') return { reason: 'not-linux', system };
  if (!hasSystemd) return { reason: 'no-systemd' };
  if (!isRoot && !hasSudo) return { reason: 'no-sudo', user };
  return isForeignLibc(libc) ? { reason: 'libc', libc } : undefined;
}

/** Only what is known to be wrong: a host that does not say is tried, and its Node.js is started before sudo is. */
function isForeignLibc(libc: string): boolean {
  if (/\bmusl\b/i.test(libc)) return true;
  const [, major, minor] = /(?:glibc|GNU libc|GLIBC).*?(\d+)\.(\d+)/.exec(libc) ?? [];
  return major !== undefined && isOlder([Number(major), Number(minor)], OLDEST_GLIBC);
}

function isOlder(version: readonly [number, number], oldest: readonly [number, number]): boolean {
  return version[0] < oldest[0] || (version[0] === oldest[0] && version[1] < oldest[1]);
}

/** Throws InstallError where this bundle cannot go there. */
export function planInstall(facts: HostFacts, bundle: Bundle): InstallPlan {
  const host = neededArchitecture(facts);
  if (bundle.architecture !== host) {
    throw new InstallError({ reason: 'wrong-architecture', file: bundle.file, bundle: bundle.architecture, host });
  }
  const neededBytes = bundle.unpackedBytes + SPARE_BYTES;
  if (facts.freeBytes !== undefined && facts.freeBytes < neededBytes) {
    throw new InstallError({ reason: 'no-space', neededBytes });
  }
  const { installed, isRoot, isMember, user } = facts;
  return {
    facts,
    bundle,
    change: installed === undefined ? 'install' : installed === bundle.version ? 'repair' : 'upgrade',
    warnings: warningsOf(facts, bundle),
    mayJoin: isRoot || isMember || !PLAIN_USER.test(user) ? undefined : user,
  };
}

function warningsOf({ kernel, hasBtf, installed }: HostFacts, { version }: Bundle): readonly Warning[] {
  const warnings: Warning[] = [];
  const [major, minor] = kernel.split(/[.-]/).map(Number);
  if (major !== undefined && minor !== undefined && isOlder([major, minor], OLDEST_KERNEL)) {
    warnings.push({ kind: 'old-kernel', kernel });
  }
  if (!hasBtf) warnings.push({ kind: 'no-btf' });
  if (installed !== undefined && compareVersions(version, installed) < 0) {
    warnings.push({ kind: 'downgrade', from: installed, to: version });
  }
  return warnings;
}

/** Free bytes that the folder for temporary files needs. */
export function stagingBytes({ bytes, unpackedBytes }: Bundle): number {
  return bytes + unpackedBytes + SPARE_BYTES;
}
