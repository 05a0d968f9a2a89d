import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { displayText } from '../../domain/display.ts';
import { InquestError } from '../../domain/errors.ts';
import { GROUP } from '../../install/layout.ts';
import type { Progress, RunTool, Step } from '../../install/step.ts';
import { type Io, writeLines } from '../io.ts';

const SAID_LIMIT = 2_000;

/** Throws where an installation cannot work, with what to do instead. */
export function refuseUnlessSystemd(): void {
  if (existsSync('/run/systemd/system')) return;
  throw new InquestError(
    'bad-usage',
    'This machine is not run by systemd, and Inquest installs itself as its service.',
    {
      next: 'Unpack the bundle where it shall stay and have your init system keep this running as root: inquest agent',
    },
  );
}

export function refuseUnlessRoot(command: string): void {
  if (process.geteuid?.() === 0) return;
  throw new InquestError('no-permission', `inquest ${command} changes this machine, which only root may.`, {
    next: `sudo inquest ${command}, or see what it would do with: inquest ${command} --dry-run`,
  });
}

/** One of the host's tools, without a shell and in no language but English. */
export const runTool: RunTool = (file, ...argv) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        if (said.length < SAID_LIMIT) said += chunk.toString();
      });
    }
    child.once('error', (cause) => {
      reject(new InquestError('system', `${file} does not start: ${cause.message}`, { cause }));
    });
    child.once('close', (code) => {
      if (code === 0) resolve();
      else {
        const why = displayText(said.trim(), SAID_LIMIT);
        reject(new InquestError('system', `${[file, ...argv].join(' ')} ended with ${String(code)}: ${why}`));
      }
    });
  });

export async function hasGroup(): Promise<boolean> {
  return new RegExp(`^${GROUP}:`, 'm').test(await readFile('/etc/group', 'utf8'));
}

export function progressTo({ stdout, stderr }: Io): Progress {
  return {
    done: (says) => {
      writeLines(stdout, [`  ${says}`]);
    },
    undone: (says) => {
      writeLines(stderr, [`  taken back: ${says}`]);
    },
    stuck: (says, error) => {
      writeLines(stderr, [`  NOT taken back: ${says} (${error instanceof Error ? error.message : String(error)})`]);
    },
  };
}

export function planLines(steps: readonly Step[]): readonly string[] {
  return steps.map(({ says }, index) => `  ${String(index + 1)}. ${says}`);
}
