import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CriDriver } from '../cri-driver.ts';
import { buildDieRootfs } from '../die-image.ts';
import { findProgram } from '../find-program.ts';
import { removeEverywhere } from '../pod-groups.ts';
import { isAlive, processTreeMentioning, signalProcess, waitFor } from '../process-tree.ts';

const NEEDED = ['conmon', 'crun', 'busybox', 'unshare', 'setpriv'];
const HYBRID = '/sys/fs/cgroup/unified';
const DOWN_TIMEOUT_MS = 20_000;

/** For `test(name, { skip: crioUnavailable() })`. */
export function crioUnavailable(): string | false {
  const missing = NEEDED.filter((name) => findProgram(name) === undefined);
  if (process.getuid?.() === 0 && missing.length === 0) return false;
  return missing.length === 0
    ? 'needs root, conmon and crun'
    : `needs root, conmon and crun (not found: ${missing.join(', ')})`;
}

/** What stands for a node's CRI-O: see daemon.ts. Folder, socket and control groups are private. */
export class Crio {
  readonly root = mkdtempSync(join(tmpdir(), 'inq-crio-'));
  readonly socketPath = join(this.root, 'crio.sock');
  #process: ChildProcess | undefined;
  #cri: CriDriver | undefined;

  static async start(): Promise<Crio> {
    const crio = new Crio();
    try {
      await crio.#start();
    } catch (error) {
      await crio.stop();
      throw error;
    }
    return crio;
  }

  async #start(): Promise<void> {
    const image = join(this.root, 'die');
    await buildDieRootfs(image);
    const bin = join(this.root, 'bin');
    mkdirSync(bin);
    // Who is who is told by the name of the executable.
    copyFileSync(process.execPath, join(bin, 'crio'));
    for (const name of ['conmon', 'crun']) copyFileSync(findProgram(name) ?? name, join(bin, `crio-${name}`));
    // crun refuses a hybrid hierarchy: it gets a mount namespace in which there is none.
    const script = `if mountpoint -q ${HYBRID}; then umount ${HYBRID}; fi; exec "$@"`;
    const place = ['--pdeathsig', 'TERM', 'unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
    const node = [join(bin, 'crio'), '--disable-warning=ExperimentalWarning'];
    const argv = [...place, ...node, join(import.meta.dirname, 'daemon.ts'), this.root, image];
    const child = spawn('setpriv', argv, {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => {
        resolve();
      });
      child.once('error', reject);
      child.once('exit', (code) => {
        reject(new Error(`it ended with ${String(code)}`));
      });
    });
  }

  /** What kubelet asks. */
  async cri(): Promise<CriDriver> {
    this.#cri ??= await CriDriver.connect(this.socketPath, join(this.root, 'pods'), `/${basename(this.root)}`);
    return this.#cri;
  }

  async stop(): Promise<void> {
    await this.#cri?.close();
    const pid = this.#process?.pid;
    if (pid !== undefined) signalProcess(pid, 'SIGTERM');
    const own = processTreeMentioning(`${this.root}/`);
    for (const one of own) signalProcess(one, 'SIGKILL');
    await waitFor(() => !own.some(isAlive), DOWN_TIMEOUT_MS);
    removeEverywhere(basename(this.root));
    rmSync(this.root, { recursive: true, force: true });
  }
}
