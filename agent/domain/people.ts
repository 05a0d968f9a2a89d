import { displayText } from './display.ts';
import type { ProcessRef } from './process.ts';

/** Who acts on a host, in a person's words. Every text is safe to show. */

const NAME_LIMIT = 32;
/** An account that every system has and nobody is: 'nobody killed it' would say the opposite. */
const NOT_A_NAME = 'nobody';
const SWITCHERS: ReadonlySet<string> = new Set(['sudo', 'su', 'doas', 'pkexec', 'runuser']);

const SCHEDULERS: ReadonlySet<string> = new Set(['cron', 'crond', 'anacron', 'atd', 'fcron']);

/** `alice`; `uid 1000` where the host has no name for it; `somebody` where nothing is known. */
export function userName(user: string | undefined, uid: number | undefined): string {
  if (user === NOT_A_NAME) return 'user nobody';
  if (user !== undefined) return displayText(user, NAME_LIMIT);
  return uid === undefined ? 'somebody' : `uid ${String(uid)}`;
}

/** Whether it makes another user of somebody. A program of the host is known by its file, not by what it calls itself. */
export function isUserSwitch({ exe, comm }: ProcessRef): boolean {
  return SWITCHERS.has(exe ?? comm);
}

/** Whether it starts jobs of its users, who are not there then. */
export function isScheduler({ exe }: ProcessRef): boolean {
  return SCHEDULERS.has(exe ?? '');
}
