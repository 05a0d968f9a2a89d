import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { makeBusyboxRootfs } from './busybox.ts';
import { SEARCH_PATH, findProgram } from './find-program.ts';
import { isAlive, processTreeMentioning, signalProcess, waitFor } from './process-tree.ts';

import { type CommandResult, runCommand } from './run-command.ts';

/**
 * A Docker of its own for a test: private folder, private socket, no network, no firewall rules, so
 * that it disturbs nothing on the machine and several can run side by side.
 *
 *     const dockerd = await startDockerd();
 *     after(() => dockerd.stop());
 */
export interface Dockerd {
  readonly socketPath: string;
  /** Folder of everything this daemon owns; gone after `stop`. */
  readonly root: string;
  /** The docker command against this daemon. Resolves whatever the exit code is. */
  docker(...argv: string[]): Promise<CommandResult>;
  /** As `docker`, but rejects on a failure and resolves to stdout without the last newline. */
  dockerOk(...argv: string[]): Promise<string>;
  /** An image with a static busybox and links for its common commands; resolves to the image's name. */
  importBusybox(): Promise<string>;
  /** SIGTERM to the daemon, as at a package upgrade, and waits. Data stays. */
  stopDaemon(): Promise<void>;
  /** Starts the daemon again on the same folder and socket. */
  startDaemon(): Promise<void>;
  /** Ends containers, daemon and shims by pid, unmounts what is left and removes the folder. */
  stop(): Promise<void>;
}

export interface DockerdOptions {
  /** Containers outlive the daemon. */
  readonly liveRestore?: boolean;
  /** Root in a container is nobody on the host: its ids begin at REMAPPED_ID. */
  readonly remapsUsers?: boolean;
}

/** The first of the ids that a daemon which remaps users gives to its containers. */
export const REMAPPED_ID = 231_072;
/** Any user but root that every machine has. */
const REMAPPED_USER = 'daemon';

const UP_TIMEOUT_MS = 30_000;
const DOWN_TIMEOUT_MS = 20_000;
const BUSYBOX_IMAGE = 'inquest-test/busybox:latest';
/** For `test(name, { skip: dockerdUnavailable() })`: the reason, or false where a private Docker can run. */
export function dockerdUnavailable(): string | false {
  const missing = ['dockerd', 'docker', 'containerd', 'runc', 'busybox'].filter(
    (name) => findProgram(name) === undefined,
  );
  if (process.getuid?.() === 0 && missing.length === 0) return false;
  return missing.length === 0 ? 'needs root and Docker' : `needs root and Docker (not found: ${missing.join(', ')})`;
}

function childEnvironment(socketPath: string): NodeJS.ProcessEnv {
  return {
    PATH: SEARCH_PATH.join(delimiter),
    HOME: '/nonexistent',
    DOCKER_HOST: `unix://${socketPath}`,
    DOCKER_CLI_HINTS: 'false',
  };
}

/** For `docker run --init`, where the distribution does not ship it with Docker. */
function initProgram(): string[] {
  const tini = findProgram('docker-init') === undefined ? findProgram('tini-static') : undefined;
  return tini === undefined ? [] : ['--init-path', tini];
}

function daemonArguments(root: string, socketPath: string, options: DockerdOptions): string[] {
  return [
    ['--data-root', join(root, 'data')],
    ['--exec-root', join(root, 'exec')],
    ['-p', join(root, 'pid')],
    ['-H', `unix://${socketPath}`],
    ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-masq=false', '--userland-proxy=false'],
    ['--shutdown-timeout=5', '--config-file', join(root, 'daemon.json')],
    options.liveRestore === true ? ['--live-restore'] : [],
    options.remapsUsers === true ? ['--userns-remap', REMAPPED_USER] : [],
    initProgram(),
  ].flat();
}

export async function startDockerd(options: DockerdOptions = {}): Promise<Dockerd> {
  const unavailable = dockerdUnavailable();
  if (unavailable !== false) throw new Error(unavailable);
  // Short, because the sockets below it must fit into the 108 bytes of a Unix socket's address.
  const root = mkdtempSync(join(tmpdir(), 'inq-dockerd-'));
  const daemon = new PrivateDockerd(root, options);
  try {
    await daemon.startDaemon();
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return daemon;
}

class PrivateDockerd implements Dockerd {
  readonly root: string;
  readonly socketPath: string;
  readonly #options: DockerdOptions;
  #process: ChildProcess | undefined;
  #busybox: Promise<string> | undefined;

  constructor(root: string, options: DockerdOptions) {
    this.root = root;
    this.socketPath = join(root, 'docker.sock');
    this.#options = options;
    writeFileSync(join(root, 'daemon.json'), '{}');
  }

  docker(...argv: string[]): Promise<CommandResult> {
    return runCommand(findProgram('docker') ?? 'docker', argv, { env: childEnvironment(this.socketPath) });
  }

  async dockerOk(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.docker(...argv);
    if (code !== 0) throw new Error(`docker ${argv.join(' ')} exited with ${String(code)}: ${stderr}`);
    return stdout.trimEnd();
  }

  importBusybox(): Promise<string> {
    this.#busybox ??= this.#buildBusybox();
    return this.#busybox;
  }

  async #buildBusybox(): Promise<string> {
    const rootfs = join(this.root, 'busybox');
    makeBusyboxRootfs(rootfs);
    const archive = join(this.root, 'busybox.tar');
    const tar = await runCommand('tar', ['-C', rootfs, '-cf', archive, '.']);
    if (tar.code !== 0) throw new Error(`tar: ${tar.stderr}`);
    await this.dockerOk('import', archive, BUSYBOX_IMAGE);
    return BUSYBOX_IMAGE;
  }

  async startDaemon(): Promise<void> {
    const log = openSync(join(this.root, 'dockerd.log'), 'a');
    try {
      // Should the test be killed, the daemon is asked to stop and takes its containers with it.
      const daemon = findProgram('dockerd') ?? 'dockerd';
      const command = [...this.#surroundings(), daemon, ...daemonArguments(this.root, this.socketPath, this.#options)];
      this.#process = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], {
        env: childEnvironment(this.socketPath),
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
    const child = this.#process;
    const failed = new Promise<never>((_resolve, reject) => {
      child.once('error', reject);
    });
    const up = waitFor(async () => child.exitCode !== null || (await this.#answers()), UP_TIMEOUT_MS);
    if (!(await Promise.race([up, failed])) || child.exitCode !== null) {
      throw new Error(
        `dockerd did not come up:\n${readFileSync(join(this.root, 'dockerd.log'), 'utf8').slice(-4_000)}`,
      );
    }
  }

  /** Which ids are whose, Docker takes from two files in /etc that not every machine has: it gets an /etc of its own. */
  #surroundings(): readonly string[] {
    if (this.#options.remapsUsers !== true) return [];
    const ids = join(this.root, 'ids');
    writeFileSync(ids, `${REMAPPED_USER}:${String(REMAPPED_ID)}:65536\n`);
    // Containers' ids have to reach the files below.
    chmodSync(this.root, 0o711);
    const etc = join(this.root, 'etc');
    const script = `cp -a /etc '${etc}'; cp '${ids}' '${etc}/subuid'; cp '${ids}' '${etc}/subgid'; mount --bind '${etc}' /etc; exec "$@"`;
    return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'];
  }

  async #answers(): Promise<boolean> {
    return (await this.docker('version', '--format', '{{.Server.Version}}')).code === 0;
  }

  async stopDaemon(): Promise<void> {
    const pid = this.#process?.pid;
    this.#process = undefined;
    if (pid === undefined) return;
    signalProcess(pid, 'SIGTERM');
    if (await waitFor(() => !isAlive(pid), DOWN_TIMEOUT_MS)) return;
    signalProcess(pid, 'SIGKILL');
    await waitFor(() => !isAlive(pid), DOWN_TIMEOUT_MS);
  }

  async stop(): Promise<void> {
    if (this.#process !== undefined) {
      const { stdout } = await this.docker('ps', '-aq');
      const ids = stdout.split('\n').filter((id) => id !== '');
      if (ids.length > 0) await this.docker('rm', '-f', ...ids);
    }
    await this.stopDaemon();
    const leftovers = processTreeMentioning(`${this.root}/`);
    for (const pid of leftovers) signalProcess(pid, 'SIGKILL');
    await waitFor(() => !leftovers.some(isAlive), DOWN_TIMEOUT_MS);
    await this.#unmountAll();
    rmSync(this.root, { recursive: true, force: true });
  }

  async #unmountAll(): Promise<void> {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(`${this.root}/`))
      .reverse();
    for (const path of mounts) {
      const { code, stderr } = await runCommand('umount', ['-l', path]);
      if (code !== 0) throw new Error(`umount ${path}: ${stderr}`);
    }
  }
}
