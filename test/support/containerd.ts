import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CriDriver } from './cri-driver.ts';
import { buildDieRootfs, makePause } from './die-image.ts';
import { findProgram } from './find-program.ts';
import { archiveFolder } from './oci-archive.ts';
import { removeEverywhere } from './pod-groups.ts';
import { isAlive, processTreeMentioning, signalProcess, waitFor } from './process-tree.ts';
import { ok } from './rootfs.ts';
import { runCommand } from './run-command.ts';
import type { CommandResult } from './run-command.ts';

/** What runs in the pods, and what holds their namespaces. */
export const DIE_IMAGE = 'docker.io/inquest-test/die:latest';
const PAUSE_IMAGE = 'docker.io/inquest-test/pause:latest';

const UP_TIMEOUT_MS = 30_000;
const DOWN_TIMEOUT_MS = 20_000;

function containerdVersion(): string {
  const { stdout } = spawnSync(findProgram('containerd') ?? 'containerd', ['--version'], { encoding: 'utf8' });
  return /\d+\.\d+/.exec(stdout)?.[0] ?? '0.0';
}

/** For `test(name, { skip: containerdUnavailable() })`. */
export function containerdUnavailable(): string | false {
  const missing = ['containerd', 'ctr', 'runc', 'busybox'].filter((name) => findProgram(name) === undefined);
  if (process.getuid?.() === 0 && missing.length === 0) {
    const version = containerdVersion();
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major > 1 || minor >= 6 ? false : `needs containerd 1.6, which speaks version 1 of CRI, and not ${version}`;
  }
  return missing.length === 0
    ? 'needs root and containerd'
    : `needs root and containerd (not found: ${missing.join(', ')})`;
}

/** A containerd of its own for a test, with its CRI plugin and no network: folder and socket are private. */
export class Containerd {
  // Short, because the sockets below it must fit into the 108 bytes of a Unix socket's address.
  readonly root = mkdtempSync(join(tmpdir(), 'inq-ctrd-'));
  readonly socketPath = join(this.root, 'containerd.sock');
  #process: ChildProcess | undefined;
  #cri: CriDriver | undefined;

  /** @param disabled plugins that are switched off */
  static async start(disabled: readonly string[] = []): Promise<Containerd> {
    const unavailable = containerdUnavailable();
    if (unavailable !== false) throw new Error(unavailable);
    const containerd = new Containerd();
    try {
      writeFileSync(join(containerd.root, 'config.toml'), containerd.#config(disabled));
      await containerd.startDaemon();
    } catch (error) {
      await containerd.stop();
      throw error;
    }
    return containerd;
  }

  #config(disabled: readonly string[]): string {
    const cni = join(this.root, 'cni');
    mkdirSync(cni);
    return `
version = 2
disabled_plugins = ${JSON.stringify(disabled)}
root = "${join(this.root, 'data')}"
state = "${join(this.root, 'state')}"
[grpc]
  address = "${this.socketPath}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_tcp_service = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cni}"
    conf_dir = "${cni}"
`;
  }

  async startDaemon(): Promise<void> {
    const log = openSync(join(this.root, 'containerd.log'), 'a');
    try {
      // Should the test be killed, the daemon ends; what its shims hold is found by its folder.
      const argv = ['--pdeathsig', 'TERM', findProgram('containerd') ?? 'containerd'];
      this.#process = spawn('setpriv', [...argv, '-c', join(this.root, 'config.toml'), '-l', 'warn'], {
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
    const child = this.#process;
    const up = await waitFor(
      async () => child.exitCode !== null || (await this.ctr('version')).code === 0,
      UP_TIMEOUT_MS,
    );
    if (!up || child.exitCode !== null) {
      const said = readFileSync(join(this.root, 'containerd.log'), 'utf8').slice(-4_000);
      throw new Error(`containerd did not come up:\n${said}`);
    }
  }

  async stopDaemon(): Promise<void> {
    await this.#cri?.close();
    this.#cri = undefined;
    const pid = this.#process?.pid;
    this.#process = undefined;
    if (pid === undefined) return;
    signalProcess(pid, 'SIGTERM');
    if (await waitFor(() => !isAlive(pid), DOWN_TIMEOUT_MS)) return;
    signalProcess(pid, 'SIGKILL');
    await waitFor(() => !isAlive(pid), DOWN_TIMEOUT_MS);
  }

  /** The ctr command against this daemon. */
  ctr(...argv: string[]): Promise<CommandResult> {
    return runCommand(findProgram('ctr') ?? 'ctr', ['--address', this.socketPath, ...argv]);
  }

  async ctrOk(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.ctr(...argv);
    if (code !== 0) throw new Error(`ctr ${argv.join(' ')} exited with ${String(code)}: ${stderr}`);
    return stdout.trimEnd();
  }

  /** What kubelet asks. */
  async cri(): Promise<CriDriver> {
    this.#cri ??= await CriDriver.connect(this.socketPath, join(this.root, 'pods'), `/${basename(this.root)}`);
    return this.#cri;
  }

  /** Makes the images in each namespace: DIE_IMAGE, and what holds a pod together. */
  async importImages(...namespaces: string[]): Promise<void> {
    const die = join(this.root, 'die');
    await buildDieRootfs(die);
    const pause = join(this.root, 'pause');
    mkdirSync(join(pause, 'bin'), { recursive: true });
    await makePause(join(pause, 'pause'));
    const archives = [
      await archiveFolder(die, DIE_IMAGE),
      await archiveFolder(pause, PAUSE_IMAGE, { command: ['/pause'] }),
    ];
    for (const namespace of namespaces) {
      for (const archive of archives) await this.ctrOk('-n', namespace, 'images', 'import', archive);
    }
  }

  /** runc keeps its state in a folder of the machine's, whatever the daemon's are: nothing must stay there. */
  async #endTasks(): Promise<void> {
    for (const namespace of ['default', 'k8s.io']) {
      const tasks = (await this.ctr('-n', namespace, 'tasks', 'ls', '--quiet')).stdout.split('\n');
      for (const task of tasks.filter((id) => id !== ''))
        await this.ctr('-n', namespace, 'tasks', 'rm', '--force', task);
    }
  }

  async stop(): Promise<void> {
    if (this.#process !== undefined) await this.#endTasks();
    await this.stopDaemon();
    const leftovers = processTreeMentioning(`${this.root}/`);
    for (const pid of leftovers) signalProcess(pid, 'SIGKILL');
    await waitFor(() => !leftovers.some(isAlive), DOWN_TIMEOUT_MS);
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(`${this.root}/`))
      .reverse();
    for (const path of mounts) await ok('umount', ['-l', path]);
    removeEverywhere(basename(this.root));
    rmSync(this.root, { recursive: true, force: true });
  }
}
