import type { ClientProcess } from './client-process.ts';
import type { HostProcess } from './transport.ts';

/** A program of this machine, here or as the near end of one on a host. */
export function hostProcessOf(child: ClientProcess): HostProcess {
  const { promise: ended, resolve } = Promise.withResolvers<number | undefined>();
  child.once('error', (error) => {
    child.stdout.destroy();
    child.stderr.destroy();
    child.stdin.destroy(error);
    resolve(undefined);
  });
  child.once('close', (code) => {
    resolve(code ?? undefined);
  });
  // Whoever writes is told by the write; a program that ended before it read everything is told by its status.
  child.stdin.on('error', () => child.stdin.destroy());
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, kill: () => child.kill() };
}
