import { chmod, chown, link, lstat, mkdir, mkdtemp, rm, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Server } from 'node:net';
import { errorCode, InquestError, messageOf } from '../domain/errors.ts';
import { withClaimLock } from './claim-lock.ts';

const SOCKET_MODE = 0o660;
const DIRECTORY_MODE = 0o755;
/** `sun_path` of unix(7) less its closing zero. Node.js cuts longer paths or fails with EINVAL. */
const MAX_PATH_BYTES = 107;
const PROBE_MS = 2_000;
const DENIED: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

export interface SocketFile {
  readonly path: string;
  /** Removes the socket, if the path still is ours. */
  remove(): Promise<void>;
}

export interface PublishOptions {
  readonly path: string;
  /** Group that may connect; owner only when absent. */
  readonly gid: number | undefined;
}

/**
 * Makes `server` listen at `path`. The socket is bound in a directory that only we can enter, gets
 * its mode and group there, and then appears at its place by link(2): complete from the first
 * instant, and never in place of something else.
 *
 * Throws InquestError: `agent-already-running` when somebody answers at the path, `bad-settings`
 * when the path holds something that is not a socket or is too long, `no-permission`.
 */
export async function publish(server: Server, options: PublishOptions): Promise<SocketFile> {
  try {
    return await claim(server, options);
  } catch (error) {
    if (DENIED.has(errorCode(error) ?? '')) throw unusable(options.path, error);
    throw error;
  }
}

async function claim(server: Server, { path, gid }: PublishOptions): Promise<SocketFile> {
  const directory = dirname(path);
  await makeDirectory(directory);
  return withClaimLock(lockPath(path), async () => {
    await makeWay(path);
    const nursery = await mkdtemp(join(directory, '.new-'));
    try {
      const born = join(nursery, 's');
      assertFits(path);
      assertFits(born);
      await listenAt(server, born);
      // Own group first: chown(2) may reset mode bits.
      if (gid !== undefined) await chown(born, -1, gid);
      await chmod(born, SOCKET_MODE);
      await link(born, path);
      const { ino, dev } = await lstat(path, { bigint: true });
      return { path, remove: () => removeIfOurs(path, { ino, dev }) };
    } finally {
      await rm(nursery, { recursive: true, force: true });
    }
  });
}

function lockPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.lock`);
}

/** Directories that exist are left as they are. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    if (errorCode(error) !== 'ENOENT') throw error;
    await makeDirectory(dirname(directory));
    await makeDirectory(directory);
    return;
  }
  // mkdir's own mode is cut by the umask, which we leave alone.
  await chmod(directory, DIRECTORY_MODE);
}

function unusable(path: string, error: unknown): InquestError {
  return new InquestError('no-permission', `Cannot listen on ${path}: ${messageOf(error)}.`, {
    next: 'Start the agent as root, or set another socket.',
    cause: error,
  });
}

function assertFits(path: string): void {
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return;
  throw new InquestError('bad-settings', `The path of the socket is too long for Linux: ${path}.`, {
    next: 'Set a socket with a shorter path.',
  });
}

/** Leaves nothing at `path`, or throws. Only a socket that nobody answers is removed. */
async function makeWay(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new InquestError('bad-settings', `${path} exists and is not a socket. It was left alone.`, {
      next: 'Move it away, or set another socket.',
    });
  }
  if (await answers(path)) {
    throw new InquestError('agent-already-running', `An agent already listens on ${path}.`, {
      next: 'Use that one, or stop it first: sudo systemctl stop inquest',
    });
  }
  await unlink(path);
}

/** Whether somebody listens. Only a refused connection says that nobody does; a full backlog says the opposite. */
async function answers(path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const probe = connect({ path });
  probe.setTimeout(PROBE_MS);
  probe.on('connect', () => {
    resolve(true);
  });
  probe.on('timeout', () => {
    resolve(true);
  });
  probe.on('error', (error) => {
    const code = errorCode(error);
    if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(false);
    else if (code === 'EAGAIN') resolve(true);
    else reject(error);
  });
  try {
    return await promise;
  } finally {
    probe.destroy();
  }
}

function listenAt(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen({ path }, () => {
    server.off('error', reject);
    resolve(undefined);
  });
  return promise;
}

/** An agent that started meanwhile owns the path now: its socket has another inode. */
async function removeIfOurs(path: string, ours: { readonly ino: bigint; readonly dev: bigint }): Promise<void> {
  await withClaimLock(lockPath(path), async () => {
    try {
      const { ino, dev } = await lstat(path, { bigint: true });
      if (ino === ours.ino && dev === ours.dev) await unlink(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  });
}
