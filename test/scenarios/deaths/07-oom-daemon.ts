import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Scenario } from '../scenario.ts';

const PERCENT = 100;
/** Parts of what is free at the start: below the first it asks, below the second it kills. */
const ASKS_BELOW = 0.5;
const KILLS_BELOW = 0.35;

function freePercent(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}: *(\\d+)`, 'm').exec(text)?.[1]);
  return (PERCENT * kib('MemAvailable')) / kib('MemTotal');
}

export const scenario: Scenario = {
  number: 7,
  title: 'earlyoom is quicker than the kernel',
  elsewhere: 'needs a virtual machine of its own: earlyoom might kill somebody else on this one',
  needs: 'machine-of-its-own',
  alone: true,
  options: ['--oom-score-adj', '1000'],
  prepare: async ({ until }) => {
    const free = freePercent();
    const limits = [ASKS_BELOW, KILLS_BELOW].map((part) => String(Math.floor(free * part))).join(',');
    const daemon = spawn('earlyoom', ['-m', limits, '-s', String(PERCENT), '-r', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [daemon.stdout, daemon.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const gone = once(daemon, 'close');
    await until('earlyoom watches', () => /mem total|sending SIGTERM/i.test(said));
    return {
      options: [],
      remove: async () => {
        daemon.kill('SIGKILL');
        await gone;
      },
    };
  },
  command: ['die', 'eat'],
  expect: {
    cause: 'oom.userspace',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'host', program: /^earlyoom$/, uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container'],
    says: /earlyoom .* killed die \(PID 1\) to free memory on the host/,
    advises: /memory limits/,
    never: /its memory limit|the kernel killed/i,
  },
};
