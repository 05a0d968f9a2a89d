import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { displayText } from '../../../agent/domain/display.ts';
import type { SshTarget } from '../target.ts';
import type { Options } from './evaluate.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

/** ssh does not accept its own configuration; `message` says which line. */
export class BadConfiguration extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'BadConfiguration';
  }
}

/** Asks the system's ssh what its configuration says about a host. Rejects with BadConfiguration. */
export async function askSsh(sshPath: string, target: SshTarget, configFile: string | undefined): Promise<Options> {
  const argv = [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    '-G',
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    '--',
    target.alias,
  ];
  try {
    const { stdout } = await run(sshPath, argv, { timeout: TIMEOUT_MS });
    return parseSshG(stdout);
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new BadConfiguration(displayText(stderr.trim().split('\n')[0] ?? ''), error);
  }
}

/** Lines of `keyword value…`. Paths with blanks are not quoted by ssh, so a line is one value but where it is a list. */
export function parseSshG(text: string): Options {
  const options = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space === -1) continue;
    const keyword = line.slice(0, space).toLowerCase();
    const value = line.slice(space + 1);
    const values = LISTS.has(keyword) ? value.split(/\s+/) : [value];
    options.set(keyword, [...(options.get(keyword) ?? []), ...values]);
  }
  return options;
}

const LISTS: ReadonlySet<string> = new Set(['userknownhostsfile', 'globalknownhostsfile']);
