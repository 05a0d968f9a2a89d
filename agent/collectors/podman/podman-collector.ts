import { statSync } from 'node:fs';
import type {
  CollectorSink,
  CollectorState,
  CollectorStatus,
  DeadContainer,
  RuntimeCollector,
} from '../../domain/collector.ts';
import type { ContainerIdentity } from '../../domain/container.ts';
import { messageOf } from '../../domain/errors.ts';
import type { EvidenceOf, LogTail } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { US_PER_MS } from '../../domain/time.ts';
import { readK8sLog } from '../shared/k8s-log.ts';
import { readContainerCgroup } from '../shared/main-cgroup.ts';
import { readContainer, readContainers } from './database.ts';
import type { LibpodContainer } from './database.ts';
import { hasEnded, identityOf, stateOf } from './identity.ts';
import { readJournal } from './journal.ts';
import type { LogPlace, Monitor } from './monitor.ts';
import { findMonitors, storageOf } from './monitor.ts';
import { LibpodStatus } from './schemas.ts';
import { cgroupOfUser, readBundle, readExitFile, userOf } from './storage.ts';

export interface PodmanCollectorOptions {
  /** Storages to read: `/var/lib/containers/storage` for Podman of root. Others are learnt from running monitors. */
  readonly storages: readonly string[];
  readonly clock?: () => EpochUs;
  /** Folder of systemd's journal; that of this machine where it is not said. */
  readonly journal?: string;
  /** Looks for monitors; replaced in tests. */
  readonly monitors?: () => Promise<readonly Monitor[]>;
}

const MONITORS_MAX = 4_096;
/** Where conmon leaves exit codes for Podman of root. */
const ROOT_EXITS = '/run/libpod/exits';
/** Looking through all processes for a container that nobody knows, at most so often. */
const SEARCH_EVERY_MS = 1_000;
const JOURNAL = 'journald';
const READABLE_LOGS: ReadonlySet<string> = new Set(['k8s-file', 'json-file']);

/**
 * Podman has no daemon to ask. What it knows of its containers lies in files: libpod's database, the OCI
 * bundles, the exit codes that conmon leaves. They are read when the kernel tells of a container or of a
 * death; nothing is watched and no service of Podman is started. A container of a storage that is not known,
 * as a user's own, is found by its running monitor.
 */
export function createPodmanCollector(options: PodmanCollectorOptions): RuntimeCollector {
  return new PodmanCollector(options);
}

class PodmanCollector implements RuntimeCollector {
  readonly name = 'podman';
  readonly runtimes: RuntimeCollector['runtimes'] = ['podman'];
  readonly announcesEnds = false;
  readonly #clock: () => EpochUs;
  readonly #findMonitors: () => Promise<readonly Monitor[]>;
  readonly #storages: Set<string>;
  readonly #journal: string | undefined;
  readonly #monitors = new Map<string, Monitor>();
  readonly #identities = new Map<string, ContainerIdentity>();
  #searchedAt = -SEARCH_EVERY_MS;
  #sink: CollectorSink | undefined;
  #status: CollectorStatus | undefined;

  constructor(options: PodmanCollectorOptions) {
    this.#clock = options.clock ?? (() => Date.now() * US_PER_MS);
    this.#findMonitors = options.monitors ?? findMonitors;
    this.#storages = new Set(options.storages);
    this.#journal = options.journal;
  }

  async start(sink: CollectorSink): Promise<void> {
    this.#sink = sink;
    this.#report('starting');
    try {
      await this.#search();
      for (const identity of await this.running()) sink.container(identity);
      this.#report('running');
    } catch (error) {
      this.#report('retrying', messageOf(error));
    }
  }

  stop(): Promise<void> {
    this.#report('stopped');
    return Promise.resolve();
  }

  async inspect(containerId: string, cgroupPath?: string): Promise<DeadContainer | undefined> {
    const known = await this.#find(containerId, cgroupPath);
    if (known !== undefined) return known;
    if (!(await this.#search())) return undefined;
    return this.#find(containerId, cgroupPath);
  }

  async running(): Promise<readonly ContainerIdentity[]> {
    const all = await this.#all(
      ({ state }) => state.status === LibpodStatus.running || state.status === LibpodStatus.paused,
    );
    const own = new Set(all.map(({ identity }) => identity.id));
    const others = [...this.#monitors.keys()].filter((id) => !own.has(id));
    const read = await Promise.all(others.map((id) => this.#byMonitor(id)));
    return [...all.map(({ identity }) => identity), ...read.filter((identity) => identity !== undefined)];
  }

  async dead(): Promise<readonly DeadContainer[]> {
    const all = await this.#all(({ state }) => hasEnded(state));
    return all.filter(({ identity, state }) => identity.isSandbox !== true && state.data.finishedAt !== undefined);
  }

  async logTail(containerId: string): Promise<EvidenceOf<'log_tail'> | undefined> {
    const log = this.#logOf(containerId);
    if (log === undefined) return undefined;
    if (log.driver !== JOURNAL && !READABLE_LOGS.has(log.driver)) {
      this.#report(
        'running',
        `Logs of containers with the logging driver '${log.driver}' are not read: set log_driver = "k8s-file" in containers.conf to have them here.`,
      );
      return undefined;
    }
    const data = await (log.driver === JOURNAL ? this.#readJournal(containerId) : readK8sLog('/', log.path));
    return data === undefined
      ? undefined
      : { at: data.lines.at(-1)?.at ?? this.#clock(), source: 'log', containerId, data };
  }

  async #readJournal(containerId: string): Promise<LogTail | undefined> {
    const directory = this.#journal;
    const uid = this.#record(containerId) === undefined ? (this.#monitors.get(containerId)?.uid ?? 0) : 0;
    try {
      return await readJournal({ containerId, uid, ...(directory !== undefined && { directory }) });
    } catch (error) {
      this.#report('running', messageOf(error));
      return undefined;
    }
  }

  #logOf(id: string): LogPlace | undefined {
    const config = this.#record(id)?.config;
    if (config === undefined) return this.#monitors.get(id)?.log;
    const driver = config.logDriver ?? 'k8s-file';
    return { driver: driver === '' ? 'k8s-file' : driver, path: config.logPath ?? '' };
  }

  async #find(id: string, cgroupPath?: string): Promise<DeadContainer | undefined> {
    const container = this.#record(id);
    if (container !== undefined) return this.#explain(container);
    const identity = (await this.#byMonitor(id, cgroupPath)) ?? (await this.#byUser(id, cgroupPath));
    if (identity === undefined) return undefined;
    const exitCode = await this.#exitCode(id);
    const ended = exitCode === undefined ? { running: true } : { running: false, exitCode, finishedAt: this.#clock() };
    return {
      identity,
      state: { at: this.#clock(), source: 'podman', containerId: id, data: { kind: 'runtime_state', ...ended } },
    };
  }

  /** Of storages that are not opened. Kept: once it has ended nobody can check any more whose it was. */
  async #byMonitor(id: string, seenAt?: string): Promise<ContainerIdentity | undefined> {
    const monitor = this.#monitors.get(id);
    if (monitor === undefined) return undefined;
    const known = this.#identities.get(id);
    if (known !== undefined) return known;
    const { uid, bundle, name } = monitor;
    const ofUser = userOf(seenAt) === uid ? seenAt : undefined;
    const cgroupPath = uid === 0 ? undefined : (ofUser ?? (await cgroupOfUser(monitor)));
    if (uid !== 0 && cgroupPath === undefined) return undefined;
    const identity = await readBundle(id, bundle, name);
    if (identity === undefined) return undefined;
    const placed = cgroupPath === undefined ? identity : { ...identity, cgroupPath };
    this.#identities.set(id, placed);
    return placed;
  }

  /** Of a user whose storage other containers have shown: one that ended before its monitor was seen. */
  async #byUser(id: string, cgroupPath: string | undefined): Promise<ContainerIdentity | undefined> {
    const uid = userOf(cgroupPath);
    if (uid === undefined || cgroupPath === undefined) return undefined;
    const others = [...this.#monitors.values()].filter((other) => other.uid === uid);
    for (const bundle of new Set(others.map((other) => other.bundle.replace(other.containerId, id)))) {
      const identity = await readBundle(id, bundle, undefined);
      if (identity !== undefined) return { ...identity, cgroupPath };
    }
    return undefined;
  }

  /** libpod's own record, of storages that belong to root. */
  #record(id: string): LibpodContainer | undefined {
    for (const storage of this.#storages) {
      const found = isRoots(storage) ? readContainer(storage, id) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #all(wanted: (container: LibpodContainer) => boolean): Promise<readonly DeadContainer[]> {
    const all: LibpodContainer[] = [];
    for (const storage of this.#storages) {
      if (isRoots(storage)) all.push(...readContainers(storage).filter(wanted));
    }
    return Promise.all(all.map((container) => this.#explain(container)));
  }

  async #explain(container: LibpodContainer): Promise<DeadContainer> {
    const { id } = container.config;
    // Of what has not begun, the file may still be there of the run before.
    const { status } = container.state;
    const isUnsaid = status !== LibpodStatus.created && !hasEnded(container.state);
    const exitCode = isUnsaid ? await this.#exitCode(id) : undefined;
    const state = stateOf(container, exitCode, this.#clock());
    const pid = state.data.running ? (container.state.pid ?? 0) : 0;
    const cgroupPath = pid > 0 ? await readContainerCgroup(pid, id) : undefined;
    return { identity: identityOf(container, cgroupPath), state };
  }

  #exitCode(id: string): Promise<number | undefined> {
    return readExitFile(this.#monitors.get(id)?.exitDir ?? ROOT_EXITS, id);
  }

  /** Looks through the processes for monitors; false where that was done just now. */
  async #search(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#searchedAt < SEARCH_EVERY_MS) return false;
    this.#searchedAt = now;
    for (const monitor of await this.#findMonitors()) this.#remember(monitor);
    return true;
  }

  #remember(monitor: Monitor): void {
    this.#monitors.delete(monitor.containerId);
    this.#monitors.set(monitor.containerId, monitor);
    if (this.#monitors.size > MONITORS_MAX) {
      const oldest = this.#monitors.keys().next();
      if (oldest.done !== true) {
        this.#monitors.delete(oldest.value);
        this.#identities.delete(oldest.value);
      }
    }
    const storage = storageOf(monitor);
    if (monitor.uid !== 0 || this.#storages.has(storage)) return;
    this.#storages.add(storage);
    this.#report('running');
  }

  #report(state: CollectorState, detail?: string): void {
    const peer = state === 'running' ? `files of Podman in ${[...this.#storages].join(', ')}` : undefined;
    const known = this.#status;
    if (known?.state === state && known.detail === detail && known.peer === peer) return;
    const since = known?.state === state ? known.since : this.#clock();
    this.#status = {
      name: this.name,
      state,
      since,
      ...(peer !== undefined && { peer }),
      ...(detail !== undefined && { detail }),
    };
    this.#sink?.status(this.#status);
  }
}

/** A database that a user may write is not opened by root. */
function isRoots(storage: string): boolean {
  return statSync(storage, { throwIfNoEntry: false })?.uid === 0;
}
