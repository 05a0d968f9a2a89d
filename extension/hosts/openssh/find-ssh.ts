import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 5_000;

export interface SystemSsh {
  /** As the settings have it. */
  readonly path: string;
  /** e.g. `OpenSSH_9.2p1`. */
  readonly version: string;
}

/** The system's ssh with its version, `undefined` where there is none that runs. */
export async function findSsh(path: string): Promise<SystemSsh | undefined> {
  try {
    const { stdout, stderr } = await run(path, ['-V'], { timeout: TIMEOUT_MS });
    return { path, version: /OpenSSH\S*/.exec(`${stderr}${stdout}`)?.[0].replace(/,$/, '') ?? 'an unknown version' };
  } catch {
    // Not there, not executable, or not an ssh: there is none.
    return undefined;
  }
}
