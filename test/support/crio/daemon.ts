import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, ServerCredentials, status as Status } from '@grpc/grpc-js';
import type { ServerWritableStream, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import * as z from 'zod';
import { CRI, CRI_PACKAGE, ContainerState, SandboxState } from '../../../agent/collectors/cri/api.ts';
import { describePackage } from '../../../agent/collectors/cri/rpc/descriptor.ts';
import { CRI_OF_KUBELET } from '../cri-driver.ts';
import { isAlive, waitFor } from '../process-tree.ts';
import { ok } from '../rootfs.ts';
import { runCommand } from '../run-command.ts';

/*
 * A runtime that does what CRI-O 1.30 does, with the real conmon and crun under the names that its packages give them:
 * for where CRI-O itself cannot be had. It runs as a process whose executable is called `crio`.
 *
 * daemon.ts ROOT IMAGE: keeps everything below ROOT, listens at ROOT/crio.sock, and takes the folder IMAGE for every
 * image.
 */

const LOOK_MS = 100;
const FIRST_RETRY_MS = 20;
const CREATE_MS = 20_000;
const CGROUPS = '/sys/fs/cgroup';
/** Where systemd runs, CRI-O has it make the control groups. */
const HAS_SYSTEMD = existsSync('/run/systemd/system');
/** As where no pod shares the host's, but the network, so that none has to be made. */
const NAMESPACES = [{ type: 'pid' }, { type: 'ipc' }, { type: 'uts' }, { type: 'mount' }];

const labels = z.record(z.string(), z.string());
const SandboxRequest = z.object({
  config: z.object({
    metadata: z.object({
      name: z.string(),
      uid: z.string(),
      namespace: z.string(),
      attempt: z.number(),
    }),
    logDirectory: z.string(),
    labels,
    annotations: labels,
    linux: z.object({ cgroupParent: z.string() }),
  }),
});
const CreateRequest = z.object({
  podSandboxId: z.string(),
  config: z.object({
    metadata: z.object({ name: z.string(), attempt: z.number() }),
    image: z.object({ image: z.string() }),
    command: z.array(z.string()),
    mounts: z.array(z.object({ containerPath: z.string(), hostPath: z.string() })),
    labels,
    annotations: labels,
    logPath: z.string(),
    linux: z.object({
      resources: z.object({ memoryLimitInBytes: z.string() }).nullish(),
    }),
  }),
});
const ContainerRequest = z.object({ containerId: z.string() });
const StopRequest = z.object({ containerId: z.string(), timeout: z.string() });
const PodRequest = z.object({ podSandboxId: z.string() });
const SpecSchema = z.looseObject({
  process: z.looseObject({}),
  mounts: z.array(z.looseObject({})),
  linux: z.looseObject({}),
});
const SyncSchema = z.object({
  pid: z.number(),
  message: z.string().optional(),
});

interface Sandbox {
  readonly id: string;
  readonly config: z.infer<typeof SandboxRequest>['config'];
  readonly createdAt: bigint;
}

interface Container {
  readonly id: string;
  readonly sandbox: Sandbox;
  readonly config: z.infer<typeof CreateRequest>['config'];
  readonly bundle: string;
  readonly logPath: string;
  readonly spec: object;
  readonly createdAt: bigint;
  pid: number;
  startedAt: bigint;
}

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

class Crio {
  readonly #root: string;
  readonly #image: string;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #containers = new Map<string, Container>();

  constructor(root: string, image: string) {
    this.#root = root;
    this.#image = image;
    for (const folder of ['exits', 'attach', 'run', 'bundles']) mkdirSync(join(root, folder), { recursive: true });
  }

  async listen(): Promise<void> {
    const descriptor = describePackage(CRI_PACKAGE, {
      services: {
        RuntimeService: {
          ...CRI.services['RuntimeService'],
          ...CRI_OF_KUBELET.services['RuntimeService'],
        },
      },
      messages: { ...CRI_OF_KUBELET.messages, ...CRI.messages },
    });
    const definition = fromJSON(descriptor, { longs: String, defaults: true })[`${CRI_PACKAGE}.RuntimeService`];
    if (definition === undefined || 'format' in definition) throw new Error('no such service');
    const server = new Server();
    server.addService(definition, this.#methods());
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`unix:${join(this.#root, 'crio.sock')}`, ServerCredentials.createInsecure(), (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  #methods(): UntypedServiceImplementation {
    function method<T>(schema: z.ZodType<T>, run: (request: T) => object | undefined | Promise<object | undefined>) {
      return ({ request }: { request: unknown }, done: sendUnaryData<object>): void => {
        void (async () => run(schema.parse(request)))().then(
          (answer) => {
            if (answer === undefined) done({ code: Status.NOT_FOUND, details: 'could not find it' });
            else done(null, answer);
          },
          (error: unknown) => {
            done({ code: Status.UNKNOWN, details: String(error) });
          },
        );
      };
    }
    const none = z.object({});
    return {
      version: method(none, () => ({
        version: '0.1.0',
        runtimeName: 'cri-o',
        runtimeVersion: '1.30.0',
      })),
      listContainers: method(none, () => ({
        containers: [...this.#containers.values()].map((one) => ({
          id: one.id,
          podSandboxId: one.sandbox.id,
          state: this.#stateOf(one),
        })),
      })),
      containerStatus: method(ContainerRequest, ({ containerId }) => this.#status(containerId)),
      listPodSandbox: method(none, () => ({
        items: [...this.#sandboxes.values()].map(sandboxStatus),
      })),
      podSandboxStatus: method(PodRequest, ({ podSandboxId }) => {
        const sandbox = this.#sandboxes.get(podSandboxId);
        return sandbox === undefined ? undefined : { status: sandboxStatus(sandbox) };
      }),
      // Unless `enable_pod_events` is set.
      getContainerEvents: (stream: ServerWritableStream<object, object>): void => {
        stream.end();
      },
      runPodSandbox: method(SandboxRequest, ({ config }) => this.#runSandbox(config)),
      stopPodSandbox: method(PodRequest, async ({ podSandboxId }) => {
        for (const one of this.#of(podSandboxId)) await this.#stop(one, 10_000);
        return {};
      }),
      removePodSandbox: method(PodRequest, async ({ podSandboxId }) => {
        for (const one of this.#of(podSandboxId)) await this.#remove(one);
        const sandbox = this.#sandboxes.get(podSandboxId);
        if (sandbox !== undefined) for (const group of groupsOf(sandbox)) rmdirSync(group);
        this.#sandboxes.delete(podSandboxId);
        return {};
      }),
      createContainer: method(CreateRequest, (request) => this.#create(request)),
      startContainer: method(ContainerRequest, async ({ containerId }) => {
        const container = this.#known(containerId);
        await this.#runtime('start', container.id);
        container.startedAt = now();
        return {};
      }),
      stopContainer: method(StopRequest, async ({ containerId, timeout }) => {
        await this.#stop(this.#known(containerId), Number(timeout) * 1_000);
        return {};
      }),
      removeContainer: method(ContainerRequest, async ({ containerId }) => {
        await this.#remove(this.#known(containerId));
        return {};
      }),
    };
  }

  #known(id: string): Container {
    const container = this.#containers.get(id);
    if (container === undefined) throw new Error(`no container ${id}`);
    return container;
  }

  #of(sandboxId: string): Container[] {
    return [...this.#containers.values()].filter(({ sandbox }) => sandbox.id === sandboxId);
  }

  async #runtime(...argv: string[]): Promise<void> {
    await ok(join(this.#root, 'bin/crio-crun'), [`--root=${join(this.#root, 'run')}`, ...argv]);
  }

  /** No process holds a pod: there is a control group of its id with nobody in it, which cAdvisor looks for. */
  #runSandbox(config: Sandbox['config']): object {
    const sandbox = {
      id: randomBytes(32).toString('hex'),
      config,
      createdAt: now(),
    };
    for (const group of groupsOf(sandbox)) mkdirSync(group, { recursive: true });
    this.#sandboxes.set(sandbox.id, sandbox);
    return { podSandboxId: sandbox.id };
  }

  async #create({ podSandboxId, config }: z.infer<typeof CreateRequest>): Promise<object> {
    const sandbox = this.#sandboxes.get(podSandboxId);
    if (sandbox === undefined) throw new Error(`no sandbox ${podSandboxId}`);
    const id = randomBytes(32).toString('hex');
    const bundle = join(this.#root, 'bundles', id);
    mkdirSync(bundle);
    const spec = await this.#spec(id, sandbox, config, bundle);
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
    const logPath = join(sandbox.config.logDirectory, config.logPath);
    const container = {
      id,
      sandbox,
      config,
      bundle,
      logPath,
      spec,
      createdAt: now(),
      startedAt: 0n,
      pid: 0,
    };
    container.pid = await this.#monitor(container);
    this.#containers.set(id, container);
    return { containerId: id };
  }

  async #spec(id: string, sandbox: Sandbox, config: Container['config'], bundle: string): Promise<object> {
    const { code, stderr } = await runCommand(join(this.#root, 'bin/crio-crun'), ['spec'], { cwd: bundle });
    if (code !== 0) throw new Error(stderr);
    const file = join(bundle, 'config.json');
    const { process, linux, mounts, ...spec } = SpecSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    rmSync(file);
    const memory = Number(config.linux.resources?.memoryLimitInBytes ?? 0);
    return {
      ...spec,
      root: { path: this.#image, readonly: false },
      process: {
        ...process,
        terminal: false,
        args: config.command,
        rlimits: [],
      },
      mounts: [
        ...mounts,
        ...config.mounts.map(({ containerPath, hostPath }) => ({
          destination: containerPath,
          source: hostPath,
          type: 'bind',
          options: ['rbind', 'rw'],
        })),
      ],
      annotations: {
        ...config.annotations,
        'io.kubernetes.cri-o.ContainerType': 'container',
      },
      linux: {
        ...linux,
        namespaces: NAMESPACES,
        cgroupsPath: HAS_SYSTEMD ? `${sliceOf(sandbox)}:crio:${id}` : join(parentOf(sandbox), `crio-${id}`),
        resources: memory > 0 ? { memory: { limit: memory, swap: memory } } : {},
      },
    };
  }

  /** Resolves to the pid of the program that it made. */
  async #monitor({ id, bundle, config, logPath }: Container): Promise<number> {
    const argv = [
      ...['-b', bundle, '-c', id, '--exit-dir', join(this.#root, 'exits'), '-l', logPath, '--log-level', 'info'],
      ...['-n', config.metadata.name, '-P', join(bundle, 'conmon-pidfile'), '-p', join(bundle, 'pidfile')],
      ...['--persist-dir', bundle, '-r', join(this.#root, 'bin/crio-crun')],
      ...['--runtime-arg', `--root=${join(this.#root, 'run')}`, '--socket-dir-path', join(this.#root, 'attach')],
      ...['-u', id, ...(HAS_SYSTEMD ? ['-s'] : [])],
    ];
    const child = spawn(join(this.#root, 'bin/crio-conmon'), argv, {
      cwd: bundle,
      env: {
        _OCI_SYNCPIPE: '3',
        _OCI_STARTPIPE: '4',
        PATH: process.env['PATH'],
      },
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
    });
    const [, , , sync, start] = child.stdio;
    if (sync === null || sync === undefined || start === null || start === undefined || !('write' in start))
      throw new Error('no pipes');
    let said = '';
    sync.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    start.write('\0');
    if (!(await waitFor(() => said.includes('\n'), CREATE_MS))) throw new Error('the monitor said nothing');
    const { pid, message = '' } = SyncSchema.parse(JSON.parse(said));
    if (pid <= 0) throw new Error(`container create failed: ${message}`);
    return pid;
  }

  /** Asks, looks ten times a second whether it is gone, and kills it when the time is up, again and again. */
  async #stop({ id, pid }: Container, timeoutMs: number): Promise<void> {
    if (!isAlive(pid)) return;
    await this.#runtime('kill', id, 'TERM');
    for (let left = timeoutMs; left > 0 && isAlive(pid); left -= LOOK_MS) await sleep(LOOK_MS);
    for (let wait = FIRST_RETRY_MS; isAlive(pid); wait *= 2) {
      await this.#runtime('kill', id, 'KILL');
      await sleep(wait);
    }
  }

  async #remove({ id, bundle }: Container): Promise<void> {
    await this.#runtime('delete', '--force', id);
    this.#containers.delete(id);
    rmSync(bundle, { recursive: true, force: true });
  }

  #exitOf(id: string): { readonly code: number; readonly at: bigint } | undefined {
    const file = join(this.#root, 'exits', id);
    if (!existsSync(file)) return undefined;
    return {
      code: Number(readFileSync(file, 'utf8')),
      at: BigInt(Math.round(statSync(file).ctimeMs * 1_000)) * 1_000n,
    };
  }

  #stateOf({ id, startedAt }: Container): number {
    if (this.#exitOf(id) !== undefined) return ContainerState.exited;
    return startedAt === 0n ? ContainerState.created : ContainerState.running;
  }

  #status(id: string): object | undefined {
    const container = this.#containers.get(id);
    if (container === undefined) return undefined;
    const { sandbox, config, bundle, logPath, spec, createdAt, startedAt, pid } = container;
    const exit = this.#exitOf(id);
    const oom = existsSync(join(bundle, 'oom'));
    return {
      status: {
        id,
        metadata: config.metadata,
        state: this.#stateOf(container),
        createdAt: String(createdAt),
        startedAt: String(startedAt),
        finishedAt: String(exit?.at ?? 0n),
        exitCode: exit?.code ?? 0,
        image: { image: config.image.image },
        imageRef: 'sha256:0123',
        reason: exit === undefined ? '' : oom ? 'OOMKilled' : exit.code === 0 ? 'Completed' : 'Error',
        labels: config.labels,
        annotations: config.annotations,
        mounts: config.mounts,
        logPath,
        resources: { linux: config.linux.resources ?? {} },
      },
      info: {
        info: JSON.stringify({
          sandboxID: sandbox.id,
          pid,
          runtimeSpec: spec,
          privileged: false,
        }),
      },
    };
  }
}

function sandboxStatus({ id, config, createdAt }: Sandbox): object {
  const { metadata, labels: own, annotations } = config;
  return {
    id,
    metadata,
    state: SandboxState.ready,
    createdAt: String(createdAt),
    labels: own,
    annotations,
  };
}

function parentOf({ config }: Sandbox): string {
  return config.linux.cgroupParent;
}

/** `/inq-crio-x/burstable/pod1-2` as kubelet names it for systemd: `inq_crio_x-burstable-pod1_2.slice`. */
function sliceOf(sandbox: Sandbox): string {
  const parts = parentOf(sandbox)
    .split('/')
    .filter((part) => part !== '');
  return `${parts.map((part) => part.replaceAll('-', '_')).join('-')}.slice`;
}

/** `a-b.slice` is below `a.slice`. */
function pathOf(slice: string): string {
  const parts = slice.replace(/\.slice$/, '').split('-');
  return join('/', ...parts.map((_, index) => `${parts.slice(0, index + 1).join('-')}.slice`));
}

function groupsOf(sandbox: Sandbox): readonly string[] {
  const roots = existsSync(join(CGROUPS, 'cgroup.controllers')) ? [CGROUPS] : [join(CGROUPS, 'memory')];
  const path = HAS_SYSTEMD
    ? join(pathOf(sliceOf(sandbox)), `crio-${sandbox.id}.scope`)
    : join(parentOf(sandbox), `crio-${sandbox.id}`);
  return roots.map((one) => join(one, path));
}

const [root, image] = process.argv.slice(2);
if (root === undefined || image === undefined) throw new Error(`${basename(import.meta.filename)} ROOT IMAGE`);
await new Crio(root, image).listen();
process.stdout.write('ready\n');
