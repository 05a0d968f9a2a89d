import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeBusyboxRootfs } from './busybox.ts';
import { findProgram } from './find-program.ts';
import { patient } from './patience.ts';
import { waitFor } from './process-tree.ts';
import { addProgram, importFolder } from './rootfs.ts';
import { runCommand } from './run-command.ts';
import type { CommandResult } from './run-command.ts';

/** A daemon in whose containers another can run. */
export interface DockerAround {
  docker(...argv: readonly string[]): Promise<CommandResult>;
  dockerOk(...argv: readonly string[]): Promise<string>;
}

/** Docker in Docker: a daemon in a privileged container, as CI runners have it and the nodes of kind are made. */
export class InnerDocker implements DockerAround {
  /** The name of the container in which it runs. */
  readonly outer: string;
  readonly socketPath: string;
  readonly #around: DockerAround;
  readonly #folder: string;
  readonly #seen: string;

  /**
   * @param folder for its socket and data
   * @param seen where the daemon around sees that folder
   */
  constructor(around: DockerAround, outer: string, folder: string, seen = folder) {
    this.#around = around;
    this.outer = outer;
    this.#folder = folder;
    this.#seen = seen;
    this.socketPath = join(folder, 'docker.sock');
  }

  /** One in a container of this one. */
  within(outer: string): InnerDocker {
    return new InnerDocker(this, outer, join(this.#folder, 'inner'), `${ITS_FOLDER}/inner`);
  }

  /** @param dieRootfs what the containers inside are made of */
  async start(dieRootfs: string): Promise<void> {
    await this.#startDaemon();
    await importFolder(this, dieRootfs, INNER_IMAGE);
  }

  async #startDaemon(): Promise<void> {
    const rootfs = join(this.#folder, 'rootfs');
    const programs = join(this.#folder, 'programs');
    for (const folder of [rootfs, programs, join(this.#folder, 'data')]) mkdirSync(folder, { recursive: true });
    makeBusyboxRootfs(rootfs);
    const image = await importFolder(this.#around, rootfs, 'inquest-test/dind:latest');
    // Docker's own are large: as an image they are read, hashed and written several times over.
    for (const name of NEEDED) await addProgram(programs, findProgram(name) ?? name, `/usr/bin/${name}`);
    const mounts = readdirSync(programs).map((name) => `${this.#seen}/programs/${name}:/${name}:ro`);
    mounts.push(`${this.#seen}:${ITS_FOLDER}`, `${this.#seen}/data:/var/lib/docker`);
    // Its first process must end when it is asked to: nothing else ends what runs in it.
    const run = ['run', '--detach', ...PRIVILEGED, '--network', 'none', '--name', this.outer];
    const volumes = mounts.flatMap((mount) => ['--volume', mount]);
    const env = ['--env', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', '--tmpfs', '/run'];
    await this.#around.dockerOk(...run, ...volumes, ...env, image, 'sh', '-c', BEGIN, 'sh', ...DAEMON);
    const isUp = async (): Promise<boolean> => (await this.docker('version')).code === 0;
    const hasEnded = async (): Promise<boolean> =>
      (await this.#around.dockerOk('inspect', '--format', '{{.State.Running}}', this.outer)) !== 'true';
    await waitFor(async () => (await isUp()) || (await hasEnded()), patient(UP_MS));
    if (await isUp()) return;
    const { stdout, stderr } = await this.#around.docker('logs', this.outer);
    throw new Error(`Docker did not come up in its container:\n${stdout}${stderr}`);
  }

  docker(...argv: readonly string[]): Promise<CommandResult> {
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', DOCKER_HOST: `unix://${this.socketPath}` };
    return runCommand(findProgram('docker') ?? 'docker', argv, { env });
  }

  async dockerOk(...argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.docker(...argv);
    if (code !== 0) throw new Error(`docker ${argv.join(' ')} exited with ${String(code)}: ${stderr}`);
    return stdout.trimEnd();
  }
}

/** The folder, as the daemon itself sees it. */
const ITS_FOLDER = '/inner';
export const INNER_IMAGE = 'inquest-test/die:latest';
const NEEDED = ['dockerd', 'containerd', 'containerd-shim-runc-v2', 'runc'];
const UP_MS = 20_000;
const CAP_SYS_RESOURCE = 1n << 24n;
/** Root of this machine may lack it. An old Docker cannot give it then, and a newer one not take it away. */
function lacksResource(): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${bounding}`) & CAP_SYS_RESOURCE) === 0n;
}
/** As --privileged. */
const PRIVILEGED = [
  ...['--cap-add', 'ALL', ...(lacksResource() ? ['--cap-drop', 'SYS_RESOURCE'] : [])],
  ...['--device-cgroup-rule', 'a *:* rwm'],
  ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
];
/** On cgroup v2 whoever holds processes cannot hand out memory to groups below: they go to one of their own first. */
const OWN_GROUP = [
  'cd /sys/fs/cgroup',
  'mkdir -p init && echo $$ >init/cgroup.procs',
  `sed 's/ / +/g; s/^/+/' cgroup.controllers >cgroup.subtree_control`,
].join('; ');
const CONTAINERD = '/run/containerd/containerd.sock';
const BEGIN = [
  'for group in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,rw "$group" 2>/dev/null; done',
  `[ ! -e /sys/fs/cgroup/cgroup.controllers ] || { ${OWN_GROUP}; }`,
  // Docker gives a containerd that it starts itself 15 seconds, which an emulated machine may not keep.
  `containerd --root /var/lib/docker/containerd >${ITS_FOLDER}/containerd.log 2>&1 & while [ ! -S ${CONTAINERD} ]; do sleep 0.1; done`,
  'exec dockerd "$@"',
].join('; ');
const DAEMON = [
  ...['--containerd', CONTAINERD],
  ...['-H', `unix://${ITS_FOLDER}/docker.sock`, '--data-root', '/var/lib/docker', '--storage-driver', 'overlay2'],
  ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-masq=false', '--userland-proxy=false'],
  '--shutdown-timeout=2',
];
