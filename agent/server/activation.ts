import { InquestError } from '../domain/errors.ts';

/** The first descriptor that systemd hands over: SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST_DESCRIPTOR = 3;

/**
 * The descriptor of a socket that systemd made for this process, `undefined` when there is none.
 * Throws InquestError `bad-settings` when there are several.
 */
export function activatedSocket(env: Readonly<Record<string, string | undefined>>, pid: number): number | undefined {
  if (env['LISTEN_PID'] !== String(pid)) return undefined;
  const count = env['LISTEN_FDS'];
  if (count === undefined || count === '0') return undefined;
  if (count === '1') return FIRST_DESCRIPTOR;
  throw new InquestError('bad-settings', 'systemd handed over several sockets, and the agent takes one.', {
    next: 'Keep one ListenStream= in inquest.socket.',
  });
}
