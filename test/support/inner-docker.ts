import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeBusyboxRootfs } from './busybox.ts';
import type { Dockerd } from './dockerd.ts';
import { findProgram } from './find-program.ts';
import { patient } from './patience.ts';
import { waitFor } from './process-tree.ts';
import { addProgram, importFolder } from './rootfs.ts';
import { runCommand } from './run-command.ts';
import type { CommandResult } from './run-command.ts';

/** Docker in Docker: a daemon in a privileged container, as CI runners have it and the nodes of kind are made. */
export class InnerDocker {
  /** The container around it. */
  readonly outer = 'node-1';
  readonly socketPath: string;
  readonly #dockerd: Dockerd;

  constructor(dockerd: Dockerd) {
    this.#dockerd = dockerd;
    this.socketPath = join(dockerd.root, 'inner', 'docker.sock');
  }

  /** @param dieRootfs what the containers inside are made of */
  async start(dieRootfs: string): Promise<void> {
    await this.#startDaemon();
    const archive = join(this.#dockerd.root, 'inner-die.tar');
    const tar = await runCommand('tar', ['-C', dieRootfs, '-cf', archive, '.']);
    if (tar.code !== 0) throw new Error(tar.stderr);
    await this.dockerOk('import', archive, INNER_IMAGE);
  }

  async #startDaemon(): Promise<void> {
    const { root } = this.#dockerd;
    const rootfs = join(root, 'dind');
    makeBusyboxRootfs(rootfs);
    for (const name of NEEDED) await addProgram(rootfs, findProgram(name) ?? name, `/usr/bin/${name}`);
    const image = await importFolder(this.#dockerd, rootfs, 'inquest-test/dind:latest');
    for (const folder of ['inner', 'inner-data']) mkdirSync(join(root, folder), { recursive: true });
    // Its first process must end when it is asked to: nothing else ends what runs in it.
    const run = ['run', '--detach', ...PRIVILEGED, '--network', 'none', '--name', this.outer];
    const volumes = ['--volume', `${root}/inner:/sockets`, '--volume', `${root}/inner-data:/var/lib/docker`];
    const env = ['--env', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', '--tmpfs', '/run'];
    await this.#dockerd.dockerOk(...run, ...volumes, ...env, image, 'sh', '-c', BEGIN, 'sh', ...DAEMON);
    const isUp = async (): Promise<boolean> => (await this.docker('version')).code === 0;
    if (await waitFor(isUp, patient(UP_MS))) return;
    const { stdout, stderr } = await this.#dockerd.docker('logs', this.outer);
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

export const INNER_IMAGE = 'inquest-test/die:latest';
const NEEDED = ['dockerd', 'containerd', 'containerd-shim-runc-v2', 'runc'];
const UP_MS = 20_000;
/** As --privileged, but that this machine's root itself may lack a capability. */
const PRIVILEGED = [
  ...['--cap-add', 'ALL', '--cap-drop', 'SYS_RESOURCE', '--device-cgroup-rule', 'a *:* rwm'],
  ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
];
/** On cgroup v2 whoever holds processes cannot hand out memory to groups below: they go to one of their own first. */
const OWN_GROUP = [
  'cd /sys/fs/cgroup',
  'mkdir -p init && echo $$ >init/cgroup.procs',
  `sed 's/ / +/g; s/^/+/' cgroup.controllers >cgroup.subtree_control`,
].join('; ');
const BEGIN = [
  'for group in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,rw "$group" 2>/dev/null; done',
  `[ ! -e /sys/fs/cgroup/cgroup.controllers ] || { ${OWN_GROUP}; }`,
  'exec dockerd "$@"',
].join('; ');
const DAEMON = [
  ...['-H', 'unix:///sockets/docker.sock', '--data-root', '/var/lib/docker', '--storage-driver', 'overlay2'],
  ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-masq=false', '--shutdown-timeout=2'],
];
