import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDieRootfs } from './die-image.ts';
import { SEARCH_PATH, findProgram } from './find-program.ts';
import { archiveFolder } from './oci-archive.ts';
import { isAlive, processTreeMentioning, signalProcess, waitFor } from './process-tree.ts';
import { ok } from './rootfs.ts';
import type { CommandResult } from './run-command.ts';
import { runCommand } from './run-command.ts';

export const PODMAN_IMAGE = 'localhost/inquest-test/die:latest';

const DOWN_TIMEOUT_MS = 20_000;
const HYBRID = '/sys/fs/cgroup/unified';
const HAS_SYSTEMD = existsSync('/run/systemd/system');
const CGROUP_MANAGER = HAS_SYSTEMD ? 'systemd' : 'cgroupfs';
const JOURNALD = '/usr/lib/systemd/systemd-journald';
const JOURNAL_SOCKET = '/run/systemd/journal/socket';

/** For `test(name, { skip: podmanUnavailable() })`. */
export function podmanUnavailable(): string | false {
  const needed = ['podman', 'conmon', 'crun', 'runc', 'busybox', 'nsenter', 'unshare'];
  const missing = needed.filter((name) => findProgram(name) === undefined);
  if (process.getuid?.() === 0 && missing.length === 0) return false;
  return missing.length === 0 ? 'needs root and podman' : `needs root and podman (not found: ${missing.join(', ')})`;
}

/** Podman with a storage of its own, without any service. */
export class Podman {
  readonly root = mkdtempSync(join(tmpdir(), 'inq-podman-'));
  readonly storage = join(this.root, 'storage');
  readonly #place: ChildProcess;
  #journal: ChildProcess | undefined;

  /** crun refuses a hybrid hierarchy: it gets a mount namespace in which there is none. */
  private constructor() {
    const script = `if mountpoint -q ${HYBRID}; then umount ${HYBRID}; fi; echo ready; exec sleep 100000`;
    const argv = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', 'sh', '-c', script];
    this.#place = spawn('setpriv', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  static async start(): Promise<Podman> {
    const unavailable = podmanUnavailable();
    if (unavailable !== false) throw new Error(unavailable);
    const podman = new Podman();
    try {
      await new Promise((resolve, reject) => {
        podman.#place.stdout?.once('data', resolve);
        podman.#place.once('error', reject);
        podman.#place.once('exit', reject);
      });
      const rootfs = join(podman.root, 'die');
      mkdirSync(rootfs);
      await buildDieRootfs(rootfs);
      await podman.podmanOk('load', '--quiet', '--input', await archiveFolder(rootfs, PODMAN_IMAGE));
    } catch (error) {
      await podman.stop();
      throw error;
    }
    return podman;
  }

  /**
   * systemd's journal for its containers: the machine's own, or where systemd does not run a journald in this mount
   * namespace. Resolves to the folder that it writes to, `undefined` for the machine's.
   */
  async openJournal(): Promise<string | undefined> {
    if (HAS_SYSTEMD) return undefined;
    const folder = join(this.root, 'journal');
    mkdirSync(folder);
    const script = [
      'for at in /run/systemd /run/log; do mkdir -p $at; mount -t tmpfs tmpfs $at; done',
      `mkdir -p /run/systemd/journal /run/log/journal; mount --bind '${folder}' /run/log/journal`,
      `exec ${JOURNALD}`,
    ].join('; ');
    const enter = ['nsenter', '--target', String(this.#place.pid), '--mount', 'sh', '-ec', script];
    this.#journal = spawn('setpriv', ['--pdeathsig', 'KILL', ...enter], { stdio: ['ignore', 'inherit', 'inherit'] });
    const inside = `/proc/${String(this.#place.pid)}/root${JOURNAL_SOCKET}`;
    if (!(await waitFor(() => existsSync(inside), DOWN_TIMEOUT_MS))) throw new Error('journald opened no socket');
    return folder;
  }

  /** Writes an entry into the journal that does not come from conmon. */
  async forge(fields: readonly string[]): Promise<void> {
    const enter = ['--target', String(this.#place.pid), '--mount', 'logger', '--journald'];
    const { code, stderr } = await runCommand('nsenter', enter, { input: fields.join('\n') });
    if (code !== 0) throw new Error(`logger exited with ${String(code)}: ${stderr}`);
  }

  podman(...argv: string[]): Promise<CommandResult> {
    const own = [
      ['--root', this.storage, '--runroot', join(this.root, 'run'), '--tmpdir', join(this.root, 'tmp')],
      ['--cgroup-manager', CGROUP_MANAGER, '--events-backend', 'file'],
    ].flat();
    const enter = ['--target', String(this.#place.pid), '--mount', findProgram('podman') ?? 'podman', ...own, ...argv];
    const env = { PATH: SEARCH_PATH.join(':'), HOME: this.root };
    return runCommand(findProgram('nsenter') ?? 'nsenter', enter, { env });
  }

  async podmanOk(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.podman(...argv);
    if (code !== 0) throw new Error(`podman ${argv.join(' ')} exited with ${String(code)}: ${stderr}`);
    return stdout.trimEnd();
  }

  /** `podman run --detach` without a network and with limits that a test machine allows. Resolves to the id. */
  run(runtime: 'crun' | 'runc', name: string, options: readonly string[], command: readonly string[]): Promise<string> {
    const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096', '--network', 'none'];
    // Where systemd runs, the default is its journal.
    const log = ['--log-driver', 'k8s-file'];
    return this.podmanOk(
      ...['--runtime', runtime, 'run', '--detach', '--name', name, ...limits, ...log, ...options],
      ...[PODMAN_IMAGE, ...command],
    );
  }

  async stop(): Promise<void> {
    if (this.#place.exitCode === null) await this.podman('rm', '--force', '--time', '0', '--all');
    if (this.#journal?.exitCode === null && this.#journal.kill('SIGTERM')) await once(this.#journal, 'exit');
    const leftovers = processTreeMentioning(`${this.root}/`);
    for (const pid of leftovers) signalProcess(pid, 'SIGKILL');
    await waitFor(() => !leftovers.some(isAlive), DOWN_TIMEOUT_MS);
    // Its mounts go with the namespace.
    if (this.#place.pid !== undefined) signalProcess(this.#place.pid, 'SIGKILL');
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(`${this.root}/`))
      .reverse();
    for (const path of mounts) await ok('umount', ['-l', path]);
    rmSync(this.root, { recursive: true, force: true });
  }
}
