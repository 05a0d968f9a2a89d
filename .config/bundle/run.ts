import { spawnSync } from 'node:child_process';

const LARGEST_OUTPUT_BYTES = 64e6;

/** Runs a command that must succeed; returns what it printed. */
export function run(command: string, ...argv: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, argv, {
    encoding: 'utf8',
    maxBuffer: LARGEST_OUTPUT_BYTES,
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error !== undefined) throw new Error(`${command} does not start: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${argv.join(' ')} exited with ${String(status)}: ${stderr}`);
  return stdout;
}
