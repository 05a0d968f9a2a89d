import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RuntimeSocket } from '../../native/binding.ts';
import type { RuntimeKind } from '../../domain/runtime-sockets.ts';
import { RUNTIME_PLACES } from '../../domain/runtime-sockets.ts';
import type { Settings } from '../../domain/settings.ts';
import { PROTOCOL, RUNTIME } from '../../native/layout.ts';

/** sun_path holds 108 bytes with its closing zero. */
const LONGEST_PATH = 107;
const ROOT = 0;

/** Podman has no daemon; its service listens only for clients of Docker's API. */
const PODMAN = '/run/podman/podman.sock';
const DOCKER = '/run/docker.sock';

/**
 * The sockets whose clients are to be recorded, under every path by which the runtime may have bound them. A runtime
 * that is not there yet is named as well: it then counts from its first client on. Of Docker's only that which the
 * agent itself asks for names; another daemon may give the same names to other containers.
 */
export function runtimeSockets(settings: Pick<Settings, RuntimeKind>): readonly RuntimeSocket[] {
  const { docker, podman } = settings;
  const dockers = pathsOf(docker === 'off' || docker === 'auto' ? DOCKER : docker).map((path) => ({
    path,
    runtime: RUNTIME.docker,
    protocol: PROTOCOL.http,
    uid: ownerOf(path),
  }));
  const others = [
    ...socketsOf([PODMAN, ...named(podman)], RUNTIME.podman, PROTOCOL.http),
    ...socketsOf([...RUNTIME_PLACES.containerd, ...named(settings.containerd)], RUNTIME.containerd, PROTOCOL.opaque),
    ...socketsOf(criOnly(settings), RUNTIME.crio, PROTOCOL.opaque),
  ];
  const all = new Map([...others, ...dockers].map((socket) => [socket.path, socket]));
  return [...all.values()].filter(({ path }) => Buffer.byteLength(path) <= LONGEST_PATH);
}

function named(setting: string): readonly string[] {
  return setting === 'auto' || setting === 'off' ? [] : [setting];
}

/** containerd speaks CRI on its own socket. */
function criOnly({ cri, containerd }: Pick<Settings, RuntimeKind>): readonly string[] {
  const known: ReadonlySet<string> = new Set([...RUNTIME_PLACES.containerd, ...named(containerd)]);
  return [...RUNTIME_PLACES.cri, ...named(cri)].filter((path) => !known.has(path));
}

function socketsOf(paths: readonly string[], runtime: number, protocol: number): RuntimeSocket[] {
  return paths.flatMap(pathsOf).map((path) => ({ path, runtime, protocol, uid: ROOT }));
}

/** The path itself, what its links lead to, and both names of the folder that everybody writes in two ways. */
function pathsOf(path: string): readonly string[] {
  const real = realPath(path);
  const all = [path, ...(real === undefined ? [] : [real])];
  return [...new Set(all.flatMap((one) => [one, otherName(one)]))];
}

function otherName(path: string): string {
  if (path.startsWith('/var/run/')) return path.slice('/var'.length);
  return path.startsWith('/run/') ? `/var${path}` : path;
}

/** Of the socket where it is there, else of its folder: the runtime may come later. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return undefined;
    }
  }
}

/**
 * Who serves the socket, and must have opened what carries its name: root, or the user of a rootless daemon. Whoever
 * can put a socket of his own in its place there can do anything in his name already.
 */
function ownerOf(path: string): number {
  const user = /^\/(?:var\/)?run\/user\/(\d{1,10})\//.exec(path)?.[1];
  try {
    return statSync(path).uid;
  } catch {
    return user === undefined ? ROOT : Number(user);
  }
}
