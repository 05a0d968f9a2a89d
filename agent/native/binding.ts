/**
 * The addon as TypeScript sees it. Mechanism only: it loads and attaches the
 * kernel programs, hands over raw records and says what it could not do. What
 * records mean is decided elsewhere; where their fields lie is in layout.ts.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export type NativeErrorReason =
  | 'no-btf'
  | 'no-permission'
  | 'lockdown'
  | 'verifier'
  | 'kernel-too-old'
  | 'no-bpffs'
  | 'object-missing'
  | 'layout-mismatch'
  | 'system';

/** What the binding throws, but for a TypeError or RangeError on wrong arguments. */
export interface NativeError extends Error {
  readonly reason: NativeErrorReason;
  /** What libbpf and the verifier said, at most the last 16 KiB. */
  readonly log: string;
  readonly syscall?: string;
  /** A positive errno value. */
  readonly errno?: number;
}

export interface KernelProbe {
  readonly kernelRelease: string;
  /** `undefined` where the kernel does not tell: securityfs is not mounted. */
  readonly lockdown: 'none' | 'integrity' | 'confidentiality' | undefined;
  /** Where the memory controller is; decides which cgroup id is the key. */
  readonly cgroupMode: 'v1' | 'v2';
  readonly btf: boolean;
  readonly capBpf: boolean;
  readonly capPerfmon: boolean;
  readonly capSysAdmin: boolean;
  readonly ringbuf: boolean;
  readonly markVictimHasTask: boolean;
  readonly exitHasGroupDead: boolean;
  /** The program of a raw tracepoint can be preempted, and is then not run again on that processor (Linux 7). */
  readonly preemptsPrograms: boolean;
  /** There, exec and exit can be had as perf events, which nothing preempts. */
  readonly execEvents: boolean;
  /** The tracepoint sk_data_ready is there. */
  readonly dataReady: boolean;
  /** Optional hooks, each by a trial load. */
  readonly fentry: boolean;
  readonly kprobe: boolean;
  readonly iterTask: boolean;
}

export interface OpenOptions {
  /** Compiled kernel programs (`inquest.bpf.o`). */
  readonly objectPath: string;
  /** Absolute folder on bpffs, for this agent alone; created when missing. */
  readonly pinDir: string;
  /** Who owns the pins, at most 256 bytes: shown by {@link NativeBinding.listPins}. */
  readonly owner?: string;
  /** Leaves what older builds of this agent hold to whoever opens the folder next. */
  readonly leaveOlder?: boolean;
  /** Ring sizes: powers of two. Defaults 4 MiB and 16 MiB. */
  readonly deathsBytes?: number;
  readonly eventsBytes?: number;
  /** Budget of noisy records for each container: a burst, and a rate per second. */
  readonly eventsBurst?: number;
  readonly eventsRate?: number;
  /** Budget of signals from inside a container on the ring of deaths. */
  readonly deathsBurst?: number;
  readonly deathsRate?: number;
}

export interface ProgramStatus {
  /** Name of the program, which is that of its tracepoint. */
  readonly name: string;
  /** For `complete_seed`, which runs on demand: loaded. */
  readonly attached: boolean;
  readonly error?: { readonly reason: NativeErrorReason; readonly message: string };
  /** Events that the kernel skipped because the program was already running. */
  readonly recursionMisses: bigint;
  /** Both stay 0 unless `kernel.bpf_stats_enabled` is 1. */
  readonly runTimeNs: bigint;
  readonly runCount: bigint;
}

/** A cgroup that was there before the programs were. */
export interface SeedEntry {
  readonly cgroupId: bigint;
  /** Container id, at most 64 bytes. */
  readonly id: string;
  readonly path?: string;
  /** {@link RUNTIME} of layout.ts. */
  readonly runtime?: number;
  /** 0 or absent when not known: then no later process is taken for it. */
  readonly mainPid?: number;
  /** CLOCK_BOOTTIME; a multiple of 10 ms, as /proc has it, is made exact. */
  readonly mainStartNs?: bigint;
  /** For a container that runs in another: that one's cgroup id. */
  readonly outer?: bigint;
  /** Its container's cgroup id, for a cgroup below it. */
  readonly nestedOf?: bigint;
}

/** A socket on which a container runtime takes requests. */
export interface RuntimeSocket {
  /** As the runtime bound it, shorter than 108 bytes. */
  readonly path: string;
  /** {@link RUNTIME} of layout.ts. */
  readonly runtime: number;
  /** {@link PROTOCOL} of layout.ts. */
  readonly protocol: number;
  /** Of whoever opened it: anybody can bind the same path in a mount namespace of his own. */
  readonly uid: number;
}

export interface KnownContainer {
  readonly cgroupId: bigint;
  readonly id: string;
  readonly path: string;
  /** Cgroup id of the container in which it runs, 0 for none. */
  readonly outer: bigint;
  readonly runtime: number;
  /** 0 when not known yet. */
  readonly mainPid: number;
  readonly mainStartNs: bigint;
  readonly mainIsNsInit: boolean;
  readonly mainExited: boolean;
  /** Cgroups below it that are followed. */
  readonly nested: number;
  /** Records that its budget did not let through, by kind. */
  readonly suppressed: readonly number[];
}

/** seen = written + lost + suppressed, at any moment without a record in flight. */
export interface KindCounter {
  readonly kind: number;
  readonly seen: bigint;
  readonly written: bigint;
  /** No room in the ring. */
  readonly lost: bigint;
  /** Over a container's budget. */
  readonly suppressed: bigint;
  /** Read by this session. */
  readonly received: bigint;
}

export interface Counters {
  readonly kinds: readonly KindCounter[];
  /** Containers that were not followed because the map was full. */
  readonly containersFull: bigint;
  /** Cgroups below containers that were not followed. */
  readonly nestedOverflow: bigint;
}

export interface KernelSession {
  /** 'adopted': an earlier process left them running, and what waited comes first. */
  readonly origin: 'loaded' | 'adopted';
  /** Where this build is pinned. */
  readonly directory: string;
  /** Folders of another layout, removed unread: a gap in the evidence. */
  readonly abandonedPins: readonly string[];
  programs(): ProgramStatus[];
  /** Adds containers that already run; never overwrites what the kernel saw. */
  seed(entries: readonly SeedEntry[]): void;
  /** Records who speaks to these sockets, instead of those named before. */
  watchRuntimes(sockets: readonly RuntimeSocket[]): void;
  containers(): KnownContainer[];
  counters(): Counters;
  /**
   * Starts the reader's thread. `onBatch` gets whole records back to back:
   * `header.size` is the stride, records start at multiples of 8, and the buffer
   * is the callee's to keep. Space in the rings is freed when `onBatch` returns,
   * so whoever is killed before that leaves the batch to the next reader; then a
   * record can come twice, with the same cpu, kind and sequence. `onError` gets
   * what `onBatch` throws, and a failure of the thread. Deaths come before the
   * noise of the same batch, hence not in the order of time.
   */
  start(onBatch: (batch: Uint8Array) => void, onError: (error: Error) => void): void;
  /**
   * Delivers what waits, synchronously, and closes. The programs stay and collect
   * for the next session on this folder.
   */
  stop(): void;
  /** As `stop`, and also removes the programs and the folder. */
  detach(): void;
}

export interface Pin {
  readonly dir: string;
  /** Empty for a folder whose making was interrupted. */
  readonly owner: string;
  readonly layoutVersion: number;
  readonly complete: boolean;
}

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export interface HostFacts {
  /** CLOCK_REALTIME minus CLOCK_BOOTTIME at this moment, in nanoseconds. */
  readonly bootOffsetNs: bigint;
  readonly pageBytes: number;
}

/** An open file, and which one it is. Whoever gets it closes it. */
export interface OpenedFile {
  readonly fd: number;
  readonly major: number;
  readonly minor: number;
  readonly inode: bigint;
}

export interface NativeBinding {
  /** The compiler's sizes and offsets; equals `LAYOUT` of layout.ts. */
  readonly layout: Readonly<Record<string, number>>;
  /** Gives memory back that an idle process does not need. Some milliseconds. */
  trim(): void;
  /** Microseconds; reads two clocks. */
  host(): HostFacts;
  /** Takes some 50 ms. Throws nothing: what it may not ask is `false`. */
  probe(): KernelProbe;
  /** @throws {NativeError} */
  open(options: OpenOptions): KernelSession;
  /** Pin folders up to three levels below `root`, other agents' included. */
  listPins(root: string): Pin[];
  /** Removes one folder that {@link listPins} named, and with it its programs. @throws {NativeError} */
  removePins(dir: string): void;
  /**
   * Opens a regular file below a folder for reading: by no symbolic link, into no other mount, and
   * without touching a pipe or a device. The path is relative to the folder. @throws {NativeError}
   */
  openBeneath(folder: string, path: string): OpenedFile;
  /** Who is at the other end of a Unix socket. @throws {NativeError} */
  peerCredentials(fd: number): PeerCredentials;
  /** One datagram to a Unix socket by path, or by `@name`: sd_notify(3). @throws {NativeError} */
  notify(socket: string, state: string): void;
}

/** Whether an unknown error came from the binding. */
export function isNativeError(error: unknown): error is NativeError {
  return error instanceof Error && 'reason' in error && 'log' in error;
}

/** Where a file of the build is: beside the bundle, or in dist/ when run from source. */
export function builtFile(name: string): string | undefined {
  const folders = [import.meta.dirname, join(import.meta.dirname, '..', '..', 'dist')];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** What mends an incomplete build: a bundle has the list of its files beside it, a source tree has not. */
export function mendingStep(): string {
  return existsSync(join(import.meta.dirname, 'SHA256SUMS'))
    ? 'unpack the bundle again and install it: sudo ./inquest install'
    : 'build it here: make build';
}

/** Loads the addon. @throws {Error} with what to do when it is not there or does not fit. */
export function loadBinding(): NativeBinding {
  const path = builtFile('inquest.node');
  if (path === undefined) {
    throw new Error(`inquest.node is missing beside ${import.meta.dirname}: ${mendingStep()}`);
  }
  let loaded: unknown;
  try {
    loaded = createRequire(import.meta.url)(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} does not load on this machine (${why}): ${mendingStep()}`, {
      cause,
    });
  }
  if (!isBinding(loaded)) throw new Error(`${path} is of another version: ${mendingStep()}`);
  return loaded;
}

function isBinding(value: unknown): value is NativeBinding {
  return typeof value === 'object' && value !== null && 'layout' in value && 'open' in value && 'listPins' in value;
}
