/**
 * What the tests of the kernel side share: fake containers (cgroups with a
 * container's name and a shell moved into them), and just enough decoding.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtFile, loadBinding } from '../../agent/native/binding.ts';
import type { KernelSession, NativeBinding, OpenOptions } from '../../agent/native/binding.ts';
import { KIND, LAYOUT } from '../../agent/native/layout.ts';
import type { LayoutKey } from '../../agent/native/layout.ts';

/** Why these tests cannot run here, or false. */
export const skip: string | false =
  process.platform !== 'linux'
    ? 'needs Linux'
    : process.getuid?.() !== 0
      ? 'needs root'
      : !existsSync('/sys/kernel/btf/vmlinux')
        ? 'needs a kernel with BTF'
        : builtFile('inquest.node') === undefined
          ? 'needs dist/inquest.node: run make build'
          : false;

export const objectPath = builtFile('inquest.bpf.o') ?? 'inquest.bpf.o';
/** Only there when nothing is skipped. */
export let binding: NativeBinding;
if (skip === false) binding = loadBinding();

const v1 = existsSync('/sys/fs/cgroup/memory/tasks');
export const cgroupRoot = v1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
export const memoryLimitFile = v1 ? 'memory.limit_in_bytes' : 'memory.max';

/** A name nobody else uses: several runs may share the machine. */
export function uniqueName(): string {
  return `inquest-test-${randomBytes(6).toString('hex')}`;
}

/** Carries the name of the run's temporary folder: by it the runner finds pins that a test left behind. */
export function privatePinDir(): string {
  return `/sys/fs/bpf/inquest-test-${basename(tmpdir())}-${randomBytes(6).toString('hex')}`;
}

function isLayoutKey(text: string): text is LayoutKey {
  return text in LAYOUT;
}

type Started = ChildProcess & { readonly pid: number };
function hasStarted(child: ChildProcess): child is Started {
  return child.pid !== undefined;
}

/** A record, read by field name; `/` goes into a nested one. */
export class RawRecord {
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
  at(path: string): number {
    return path.split('/').reduce((sum, part) => {
      if (!isLayoutKey(part)) throw new Error(`no field ${part}`);
      return sum + LAYOUT[part];
    }, 0);
  }
  u32(path: string): number {
    return this.bytes.readUInt32LE(this.at(path));
  }
  s32(path: string): number {
    return this.bytes.readInt32LE(this.at(path));
  }
  u64(path: string): bigint {
    return this.bytes.readBigUInt64LE(this.at(path));
  }
  text(path: string, size: number): string {
    const raw = this.bytes.subarray(this.at(path), this.at(path) + size);
    const end = raw.indexOf(0);
    return raw.subarray(0, end < 0 ? size : end).toString();
  }
  get kind(): number {
    return this.bytes.readUInt16LE(LAYOUT['header.kind']);
  }
  get flags(): number {
    return this.u32('header.flags');
  }
  get container(): bigint {
    return this.u64('header.container');
  }
  private tail(): readonly [number, number] {
    if (this.kind === KIND.signalSent) return [LAYOUT.signal_sent, this.u32('signal_sent.argv_len')];
    if (this.kind === KIND.runtimeRequest) return [LAYOUT.runtime_request, this.u32('runtime_request.argv_len')];
    return [LAYOUT.process_exec, this.u32('process_exec.argv_len')];
  }
  argv(): string[] {
    const [size, length] = this.tail();
    return this.bytes
      .subarray(size, size + length)
      .toString()
      .split('\0')
      .slice(0, -1);
  }
}

export function split(batch: Uint8Array): RawRecord[] {
  const whole = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  const records: RawRecord[] = [];
  for (let at = 0; at < whole.length;) {
    const size = whole.readUInt32LE(at + LAYOUT['header.size']);
    records.push(new RawRecord(whole.subarray(at, at + size)));
    at += size;
  }
  return records;
}

/** A started session that remembers what it got. */
export class Listener {
  readonly records: RawRecord[] = [];
  readonly errors: Error[] = [];
  readonly session: KernelSession;
  readonly pinDir: string;
  /** Written by kind and taken by an earlier session on the same folder. */
  taken: ReadonlyMap<number, bigint> = new Map();

  constructor(options: Partial<OpenOptions> = {}) {
    this.pinDir = options.pinDir ?? privatePinDir();
    this.session = binding.open({ objectPath, owner: 'test', ...options, pinDir: this.pinDir });
    this.session.start(
      (batch) => this.records.push(...split(batch)),
      (error) => this.errors.push(error),
    );
  }

  find(kind: number, where: (record: RawRecord) => boolean = () => true): RawRecord | undefined {
    return this.records.find((record) => record.kind === kind && where(record));
  }

  async wait(kind: number, where: (record: RawRecord) => boolean = () => true): Promise<RawRecord> {
    for (let waited = 0; waited < 5000; waited += 10) {
      const record = this.find(kind, where);
      if (record !== undefined) return record;
      await sleep(10);
    }
    const got = this.records
      .slice(-100)
      .map((r) => (r.kind === KIND.processExit ? `exit=${r.u32('process_exit.status').toString(16)}` : String(r.kind)))
      .join(' ');
    throw new Error(`no such record of kind ${String(kind)} within 5 s; got: ${got}`);
  }

  private before(kind: number): bigint {
    return this.taken.get(kind) ?? 0n;
  }

  /** Waits until everything written has arrived; throws when that never happens. */
  async settle(): Promise<void> {
    for (let waited = 0; waited < 5000; waited += 10) {
      const delivered = (kind: number): bigint =>
        BigInt(this.records.reduce((sum, record) => sum + (record.kind === kind ? 1 : 0), 0));
      const { kinds } = this.session.counters();
      if (kinds.every((k) => k.written - this.before(k.kind) === delivered(k.kind))) return;
      await sleep(10);
    }
    throw new Error('received never became equal to written');
  }
}

/** A cgroup with a container's name; the first process of the shell is its main one. */
export class FakeContainer {
  readonly id = randomBytes(32).toString('hex');
  readonly path: string;
  readonly directory: string;
  private readonly children: ChildProcess[] = [];

  constructor(name?: string) {
    this.path = name ?? `/docker/${this.id}`;
    this.directory = cgroupRoot + this.path;
    mkdirSync(this.directory, { recursive: true });
    if (!v1) return;
    // A fresh v1 memory cgroup of a machine with swap would swap before it dies.
    writeFileSync(`${this.directory}/memory.swappiness`, '0');
  }

  get cgroupId(): bigint {
    return statSync(this.directory, { bigint: true }).ino;
  }

  limitMemory(bytes: number): void {
    writeFileSync(`${this.directory}/${memoryLimitFile}`, String(bytes));
  }

  /** Runs a program inside, as a runtime would: moved in first, then exec. */
  run(argv: readonly string[], env?: NodeJS.ProcessEnv): Started {
    const move = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    const child = spawn('/bin/sh', ['-c', move, this.directory, ...argv], {
      stdio: 'ignore',
      ...(env === undefined ? {} : { env }),
    });
    this.children.push(child);
    if (!hasStarted(child)) throw new Error('no shell');
    return child;
  }

  /** Kills whatever is left inside and removes the cgroup. */
  async remove(): Promise<void> {
    if (!existsSync(this.directory)) return;
    for (let tries = 0; tries < 200; tries++) {
      for (const line of readFileSync(`${this.directory}/cgroup.procs`, 'utf8').split('\n')) {
        if (line !== '') kill(Number(line));
      }
      try {
        rmdirSync(this.directory);
        break;
      } catch {
        await sleep(10);
      }
    }
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }),
    );
    try {
      if (this.path.startsWith('/docker/')) rmdirSync(`${cgroupRoot}/docker`);
    } catch {
      // Another container still lives there.
    }
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

/** Waits for a child's end; code or signal. */
export async function ended(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? String(child.exitCode);
}

export function shell(script: string): string {
  return execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
}
