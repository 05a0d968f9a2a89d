import * as z from 'zod';
import type { CauseId } from '../../agent/domain/causes.ts';
import { causeFamily } from '../../agent/domain/causes.ts';
import type { Dockerd } from '../support/dockerd.ts';

/** What `docker inspect` shows of a container that has ended; `gone` when it was removed. */
export type Inspected = 'gone' | { readonly exitCode: number; readonly oomKilled: boolean; readonly error: string };

/** What somebody concludes who has nothing else. */
export interface Reading {
  /** As it stands there: `137, OOMKilled`. */
  readonly shows: string;
  /** The cause that it suggests; `undefined` where several are as likely. */
  readonly suggests: CauseId | undefined;
}

export type Match = 'right' | 'vague' | 'wrong';

const stateSchema = z
  .object({ ExitCode: z.number(), OOMKilled: z.boolean(), Error: z.string() })
  .transform(({ ExitCode, OOMKilled, Error }) => ({ exitCode: ExitCode, oomKilled: OOMKilled, error: Error }));

export async function inspectState(dockerd: Dockerd, container: string): Promise<Inspected> {
  const { code, stdout } = await dockerd.docker('inspect', '--format', '{{json .State}}', container);
  return code === 0 ? stateSchema.parse(JSON.parse(stdout)) : 'gone';
}

/** The usual readings: 128 + N is signal N, OOMKilled is the memory limit, any other code is the program's own. */
const SUGGESTED: ReadonlyMap<number, CauseId> = new Map([
  [0, 'exit.success'],
  [126, 'start.not-executable'],
  [127, 'start.not-found'],
  [130, 'kill.terminal'],
  [132, 'crash.illegal'],
  [133, 'crash.trap'],
  [134, 'crash.abort'],
  [135, 'crash.bus'],
  [136, 'crash.fpe'],
  [139, 'crash.segfault'],
  [141, 'crash.pipe'],
  [142, 'kill.timer'],
  [143, 'stop.graceful'],
  [152, 'limit.cpu'],
  [153, 'limit.file-size'],
  [159, 'crash.seccomp'],
]);

/** Signals that anybody can have sent: the code names the signal and nobody. */
const ANYBODY: ReadonlySet<number> = new Set([129, 131, 137, 138, 140]);

export function readInspected(state: Inspected): Reading {
  if (state === 'gone') return { shows: 'no such container', suggests: undefined };
  const { exitCode, oomKilled, error } = state;
  const shows = [String(exitCode), oomKilled ? 'OOMKilled' : '', error === '' ? '' : 'with an error']
    .filter((part) => part !== '')
    .join(', ');
  if (oomKilled) return { shows, suggests: 'oom.container' };
  if (ANYBODY.has(exitCode)) return { shows, suggests: undefined };
  return { shows, suggests: SUGGESTED.get(exitCode) ?? 'exit.error' };
}

/** How that compares with the cause. An exit of 0 after a request to stop is no mistake, only half of the story. */
export function matchOf({ suggests }: Reading, cause: CauseId): Match {
  if (suggests === undefined) return 'vague';
  if (suggests === cause) return 'right';
  return causeFamily(cause) === 'stop' && suggests === 'exit.success' ? 'vague' : 'wrong';
}
