import type { SignalSent } from '../domain/evidence.ts';
import { isScheduler, isUserSwitch, userName } from '../domain/people.ts';
import type { ProcessRef } from '../domain/process.ts';

/** A person behind a process of the host. Texts are in display form. */
export interface HostPerson {
  /** `alice` */
  readonly name: string;
  /** `from a shell on the host`, `over SSH` */
  readonly place: string;
  /** `, as root through sudo`; empty for somebody who acted as himself. */
  readonly role: string;
}

const SHELLS: ReadonlySet<string> = new Set(['bash', 'dash', 'sh', 'zsh', 'fish', 'ksh', 'ash', 'busybox', 'tcsh']);

/**
 * The person who made a process of the host send a signal: somebody who had logged in (the audit login uid, which
 * survives sudo and su and which nobody but root can set) and has a terminal or a connection. `undefined` for daemons
 * and jobs, which act without anybody at the keyboard.
 */
export function personBehind({ sender, ancestry }: SignalSent): HostPerson | undefined {
  if (sender?.loginUid === undefined) return undefined;
  const chain = [sender, ...ancestry];
  // They log their users in, so that a job carries the login of somebody who is not there.
  if (chain.some(isScheduler)) return undefined;
  const place = placeOfPerson(sender, chain);
  if (place === undefined) return undefined;
  return { name: userName(sender.loginUser, sender.loginUid), place, role: roleOf(sender, chain) };
}

function placeOfPerson(sender: ProcessRef, chain: readonly ProcessRef[]): string | undefined {
  if (sender.tty !== undefined) return 'from a shell on the host';
  if (chain.some(({ exe }) => exe === 'sshd' || exe === 'sshd-session')) return 'over SSH';
  return chain.some(({ exe, tty }) => SHELLS.has(exe ?? '') && tty !== undefined)
    ? 'from a shell on the host'
    : undefined;
}

function roleOf({ uid, user, loginUid }: ProcessRef, chain: readonly ProcessRef[]): string {
  if (uid === undefined || uid === loginUid) return '';
  const by = chain.find(isUserSwitch);
  return `, as ${userName(user, uid)}${by === undefined ? '' : ` through ${by.exe ?? by.comm}`}`;
}
