import { delimiter, dirname } from 'node:path';
import { runCommand } from './run-command.ts';

/** What is compiled at an installation takes a minute or two. */
const TIMEOUT_MS = 600_000;

/** Runs npm in a folder; it leaves nothing in the temporary directory. Rejects with what npm said. */
export async function npm(cwd: string, argv: readonly string[]): Promise<void> {
  // A distribution's npm runs on the distribution's Node.js only; what it compiles is for the pinned one, first in PATH.
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const { code, stdout, stderr } = await runCommand('npm', [...argv, '--no-audit', '--no-fund'], {
    cwd,
    env: { ...process.env, PATH: path, NODE_DISABLE_COMPILE_CACHE: '1' },
    timeoutMs: TIMEOUT_MS,
  });
  if (code !== 0) throw new Error(`npm ${argv.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`);
}
