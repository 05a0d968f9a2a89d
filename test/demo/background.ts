import { spawn } from 'node:child_process';

/**
 * Runs the demo in a process of its own, prints what it says, and resolves to an exit code as soon as it has said
 * everything: with its editor it goes on. Until then a signal to this process ends it.
 */
export function relayDemo(main: string): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, main, '--background'], {
    detached: true,
    // What waits in front may be a pipe whose reader waits for its end.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => child.kill('SIGTERM'));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.on('message', (text) => {
      if (typeof text === 'string') process.stdout.write(`${text}\n`);
    });
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
    child.once('disconnect', () => {
      // An end is told of a little later than its silence.
      setTimeout(() => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.unref();
        resolve(0);
      }, 500);
    });
  });
}
