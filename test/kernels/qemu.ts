import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

/** What every machine has: no devices but those that are named, and its console on the standard output. */
const COMMON: readonly string[] = [
  // Guests hang under KVM on some machines that are virtual themselves; emulation runs everywhere.
  ...['-accel', 'tcg,thread=multi', '-cpu', 'max'],
  ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot', '-nodefaults'],
];

/** Runs a virtual machine to its end, or until the signal aborts; its console goes to a file. */
export function runQemu(
  argv: readonly string[],
  consoleFile: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Should this process be killed, the machine ends with it. Others on this machine come first.
    const command = ['--pdeathsig', 'KILL', 'nice', '-n', '10', 'qemu-system-x86_64', ...COMMON, ...argv];
    const child = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(consoleFile);
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    signal?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
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
