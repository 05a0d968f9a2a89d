import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unlessEnded } from '../support/ended.ts';
import { findProgram } from '../support/find-program.ts';
import { folders, podGroups, removeGroup } from '../support/pod-groups.ts';
import { isAlive, signalProcess, waitFor } from '../support/process-tree.ts';
import { runCommand } from '../support/run-command.ts';
import type { CommandResult } from '../support/run-command.ts';
import { writeAuthority, writeIdentity } from './pki.ts';

export const NODE = 'node-1';
export const PAUSE_IMAGE = 'docker.io/inquest-test/pause:latest';

const UP_MS = 240_000;
const DOWN_MS = 20_000;
const COMMAND_MS = 120_000;
const LOG_TAIL = 3_000;

/** For a message where it cannot be had. */
export function clusterUnavailable(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const needed = ['containerd', 'ctr', 'runc', 'etcd', 'ip', 'unshare', 'nsenter', 'setpriv', 'openssl'];
  const missing = needed.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) return `not found: ${missing.join(', ')}`;
  return podGroups().length === 0 ? false : 'this machine is a node of Kubernetes already';
}

/** Kubernetes on one node, all of it real: etcd, API server, controllers, scheduler, kubelet and containerd. */
export class Cluster {
  readonly root = mkdtempSync(join(tmpdir(), 'inq-kube-'));
  readonly #binaries: string;
  #node: ChildProcess | undefined;
  #kubectl = '';

  private constructor(binaries: string) {
    this.#binaries = binaries;
  }

  /** @param binaries folder with Kubernetes' programs. Resolves when the node is ready. */
  static async start(binaries: string, ended: AbortSignal): Promise<Cluster> {
    const cluster = new Cluster(binaries);
    try {
      await unlessEnded(cluster.#start(), ended);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    for (const folder of ['log', 'cni', 'etcd']) mkdirSync(join(this.root, folder), { mode: 0o700 });
    await writeAuthority(this.root);
    await writeIdentity(this.root, 'admin', '/O=system:masters/CN=admin');
    await writeIdentity(this.root, 'kubelet', `/O=system:nodes/CN=system:node:${NODE}`);
    writeFileSync(join(this.root, 'containerd.toml'), this.#containerdConfig());
    writeFileSync(join(this.root, 'kubelet.yaml'), JSON.stringify(this.#kubeletConfig()));
    writeFileSync(join(this.root, 'cni/10-bridge.conflist'), JSON.stringify(NETWORK));
    const enter = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--net', '--propagation', 'private'];
    const script = join(import.meta.dirname, 'node.sh');
    // Of a group of its own: Ctrl-C is for us, who end it in order.
    const node = spawn('setpriv', [...enter, script, this.root, this.#binaries], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#node = node;
    let said = '';
    for (const stream of [node.stdout, node.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const up = await waitFor(() => said.includes('ready\n') || node.exitCode !== null, UP_MS);
    if (!up || node.exitCode !== null) throw new Error(`the node did not come up: ${said}\n${this.logs()}`);
    this.#kubectl = this.#writeKubectl('admin');
  }

  /** kubectl as somebody has it: reaches the cluster from outside its namespaces. Returns its path. */
  #writeKubectl(who: string): string {
    const file = join(this.root, `kubectl-${who}`);
    const config = ['--kubeconfig', join(this.root, `${who}.conf`)];
    const argv = ['nsenter', '--net', '--target', this.#pid, join(this.#binaries, 'kubectl'), ...config];
    writeFileSync(file, `#!/bin/sh\nexec ${argv.join(' ')} "$@"\n`, { mode: 0o700 });
    return file;
  }

  /** Makes somebody with one role in one namespace. Resolves to their kubectl. */
  async addPerson(name: string, namespace: string, role: string): Promise<string> {
    const apiGroup = 'rbac.authorization.k8s.io';
    await writeIdentity(this.root, name, `/CN=${name}`);
    await this.apply({
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace },
      roleRef: { apiGroup, kind: 'Role', name: role },
      subjects: [{ apiGroup, kind: 'User', name }],
    });
    return this.#writeKubectl(name);
  }

  get #pid(): string {
    const pid = this.#node?.pid;
    if (pid === undefined) throw new Error('the node is not running');
    return String(pid);
  }

  #containerdConfig(): string {
    return `
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${join(this.root, 'cni')}"
`;
  }

  #kubeletConfig(): object {
    return {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: false },
        x509: { clientCAFile: join(this.root, 'pki/ca.crt') },
      },
      authorization: { mode: 'AlwaysAllow' },
      cgroupDriver: 'cgroupfs',
      clusterDNS: ['10.96.0.10'],
      failSwapOn: false,
      featureGates: { EphemeralContainers: true },
      // The disk and the memory of this machine are not the cluster's alone.
      evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1Mi', 'imagefs.available': '1Mi' },
      imageGCHighThresholdPercent: 100,
      nodeStatusUpdateFrequency: '2s',
      // By itself kubelet looks at a failed startup probe only once a minute.
      syncFrequency: '10s',
    };
  }

  kubectl(argv: readonly string[], input?: string): Promise<CommandResult> {
    return runCommand(this.#kubectl, argv, { timeoutMs: COMMAND_MS, ...(input === undefined ? {} : { input }) });
  }

  /** Resolves to what kubectl printed. @throws with what it said */
  async kubectlOk(argv: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(argv, input);
    if (code !== 0) throw new Error(`kubectl ${argv.join(' ')} exited with ${String(code)}: ${stderr}`);
    return stdout.trimEnd();
  }

  async apply(...objects: readonly object[]): Promise<void> {
    await this.kubectlOk(['apply', '--filename', '-'], listOf(objects));
  }

  /** Without waiting for their end. */
  async remove(...objects: readonly object[]): Promise<void> {
    const how = ['--wait=false', '--ignore-not-found', '--force', '--grace-period', '0'];
    await this.kubectlOk(['delete', '--filename', '-', ...how], listOf(objects));
  }

  /** Runs a command in the namespaces of the node. */
  onNode(...argv: readonly string[]): Promise<CommandResult> {
    return runCommand('nsenter', ['--mount', '--net', '--target', this.#pid, ...argv], { timeoutMs: COMMAND_MS });
  }

  async importImage(archive: string): Promise<void> {
    const { code, stderr } = await this.onNode('ctr', '--namespace', 'k8s.io', 'images', 'import', archive);
    if (code !== 0) throw new Error(`ctr could not import ${archive}: ${stderr}`);
  }

  /** The last words of the daemons, for whoever looks for what went wrong. */
  logs(): string {
    const folder = join(this.root, 'log');
    return readdirSync(folder)
      .map((name) => `--- ${name}\n${readFileSync(join(folder, name), 'utf8').slice(-LOG_TAIL)}`)
      .join('\n');
  }

  /** Ends everything that it started, and what that started. */
  async stop(): Promise<void> {
    const node = this.#node;
    if (node?.pid !== undefined && node.exitCode === null) {
      const inside = mountNamespace(node.pid);
      // kubelet first: it would start again what ends.
      for (const once of ['kubelet', '']) {
        const pids = processesOf(inside).filter((pid) => pid !== node.pid && (once === '' || commandOf(pid) === once));
        for (const pid of pids) signalProcess(pid, 'SIGKILL');
        await waitFor(() => !pids.some(isAlive), DOWN_MS);
      }
      signalProcess(node.pid, 'SIGKILL');
      await waitFor(() => node.exitCode !== null || node.signalCode !== null, DOWN_MS);
    }
    this.#node = undefined;
    if (!(await waitFor(() => podGroups().every(removeGroup), DOWN_MS)))
      throw new Error(`control groups of the cluster are still there: ${podGroups().join(', ')}`);
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A network of the node alone: pods reach the node, and through it the API server. */
const NETWORK = {
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isDefaultGateway: true,
      ipMasq: false,
      ipam: { type: 'host-local', ranges: [[{ subnet: '10.97.0.0/24' }]] },
    },
  ],
};

function listOf(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function mountNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${String(pid)}/ns/mnt`);
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Processes in the namespace, and those in the groups of pods. */
function processesOf(namespace: string | undefined): readonly number[] {
  const inside = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => namespace !== undefined && mountNamespace(pid) === namespace);
  return [...new Set([...inside, ...podGroups().flatMap(membersBelow)])];
}

function membersBelow(group: string): readonly number[] {
  const below = folders(group).flatMap((name) => membersBelow(join(group, name)));
  try {
    return [...below, ...readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)];
  } catch {
    return below;
  }
}
