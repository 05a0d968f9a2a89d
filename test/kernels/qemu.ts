import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Architecture } from '../../.config/bundle/architectures.ts';

/** What every machine has: no devices but those that are named, and its console on the standard output. */
const COMMON: readonly string[] = [
  // Guests hang under KVM on some machines that are virtual themselves; emulation runs everywhere.
  ...['-accel', 'tcg,thread=multi'],
  ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
];

/** By the architecture of the guest. Checking pointers in the way that the processor does it takes most of the time. */
const MACHINES = {
  x64: ['qemu-system-x86_64', '-cpu', 'max'],
  arm64: ['qemu-system-aarch64', '-machine', 'virt', '-cpu', 'max,pauth-impdef=on'],
} as const;

/** Where the kernel of a guest writes to what is the standard output here. */
export const CONSOLE = { x64: 'ttyS0', arm64: 'ttyAMA0' } as const;

/** Runs a virtual machine to its end, or until the signal aborts; its console goes to a file. */
export function runQemu(
  argv: readonly string[],
  consoleFile: string,
  timeoutMs: number,
  { architecture = 'x64', signal }: { readonly architecture?: Architecture; readonly signal?: AbortSignal } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Should this process be killed, the machine ends with it. Others on this machine come first.
    const command = ['--pdeathsig', 'KILL', 'nice', '-n', '10', ...MACHINES[architecture], ...COMMON, ...argv];
    const child = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(consoleFile);
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const end = (): void => void child.kill('SIGKILL');
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      clearTimeout(timer);
      log.end(() => {
        if (code === 0 || signal?.aborted === true) resolve();
        else
          reject(
            new Error(`the virtual machine ended with ${String(code ?? killedBy)}; its console is in ${consoleFile}`),
          );
      });
    });
  });
}
