import { NONE } from './layout-constants.ts';
import { LAYOUT } from '../../native/layout.ts';
import { redactArgv } from '../../domain/redact.ts';
import type { ProcessRef } from '../../domain/process.ts';
import type { EpochUs } from '../../domain/time.ts';
import { splitArgv } from './proc.ts';

/** What decoding needs to know of the world beyond the bytes. */
export interface DecodeContext {
  readonly pageBytes: number;
  /** Of the agent, which is a client of runtimes, too. */
  readonly ownPid: number;
  toEpochUs(bootNs: bigint): EpochUs;
  /** Full id of the container whose outermost cgroup this is. */
  containerId(cgroup: bigint): string | undefined;
  userName(uid: number): string | undefined;
  /** argv of a live ancestor, which kernel records do not carry. */
  argvOf(pid: number, startNs: bigint): readonly string[] | undefined;
}

const UNSET_U32 = 0xffff_ffff;
const NS_PER_US = 1_000n;

/** Reads fields of one record in place. Offsets are relative to the record. */
export class RecordView {
  readonly #view: DataView;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array, offset: number, size: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset + offset, size);
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset + offset, size);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  i32(offset: number): number {
    return this.#view.getInt32(offset, true);
  }

  u64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  /** For counts and sizes, which stay far below 2^53. */
  number(offset: number): number {
    return Number(this.u64(offset));
  }

  /** `undefined` for the layout's 'none'. */
  optional(offset: number): number | undefined {
    const value = this.u64(offset);
    return value === NONE ? undefined : Number(value);
  }

  /** @throws RangeError beyond the record's end */
  bytes(offset: number, length: number): Uint8Array {
    if (offset + length > this.#bytes.length) throw new RangeError('beyond the end of the record');
    return this.#bytes.subarray(offset, offset + length);
  }

  /** NUL-padded text of a fixed field; empty is `undefined`. */
  text(offset: number, length: number): string | undefined {
    const field = this.#bytes.subarray(offset, offset + length);
    const end = field.indexOf(0);
    const text = field.subarray(0, end < 0 ? length : end).toString('utf8');
    return text === '' ? undefined : text;
  }

  /** NUL-separated argv of a record's tail, with secrets taken out before anybody sees them. */
  argv(offset: number, length: number): readonly string[] | undefined {
    const end = Math.min(offset + length, this.#bytes.length);
    if (length === 0 || end <= offset) return undefined;
    return redactArgv(splitArgv(this.#bytes.subarray(offset, end).toString('utf8'))).argv;
  }
}

/** A process as `struct inq_process` at `offset`. */
export function readProcess(view: RecordView, offset: number, context: DecodeContext): ProcessRef {
  const startNs = view.u64(offset + LAYOUT['process.start_ns']);
  const parentStartNs = view.u64(offset + LAYOUT['process.parent_start_ns']);
  const containerId = context.containerId(view.u64(offset + LAYOUT['process.container']));
  const uid = view.u32(offset + LAYOUT['process.uid']);
  const loginUid = view.u32(offset + LAYOUT['process.loginuid']);
  const session = view.u32(offset + LAYOUT['process.session']);
  // A uid inside a container need not be the host's user of that number.
  const nameOf = (id: number): string | undefined => (containerId === undefined ? context.userName(id) : undefined);
  return withoutUndefined({
    pid: view.u32(offset + LAYOUT['process.pid']),
    startedAt: context.toEpochUs(startNs),
    startSinceBootUs: Number(startNs / NS_PER_US),
    nsPid: view.u32(offset + LAYOUT['process.ns_pid']),
    parentPid: view.u32(offset + LAYOUT['process.ppid']),
    parentStartedAt: context.toEpochUs(parentStartNs),
    comm: view.text(offset + LAYOUT['process.comm'], 16) ?? '',
    exe: view.text(offset + LAYOUT['process.exe'], 32),
    uid,
    user: nameOf(uid),
    loginUid: loginUid === UNSET_U32 ? undefined : loginUid,
    loginUser: loginUid === UNSET_U32 ? undefined : nameOf(loginUid),
    sessionId: session === UNSET_U32 ? undefined : session,
    tty: view.text(offset + LAYOUT['process.tty'], 16),
    pidNamespace: view.u32(offset + LAYOUT['process.pid_ns']),
    containerId,
  });
}

/** One parent as `struct inq_ancestor` at `offset`. */
export function readAncestor(view: RecordView, offset: number, context: DecodeContext): ProcessRef {
  const pid = view.u32(offset + LAYOUT['ancestor.pid']);
  const startNs = view.u64(offset + LAYOUT['ancestor.start_ns']);
  const containerId = context.containerId(view.u64(offset + LAYOUT['ancestor.container']));
  const uid = view.u32(offset + LAYOUT['ancestor.uid']);
  const argv = context.argvOf(pid, startNs);
  return withoutUndefined({
    pid,
    startedAt: context.toEpochUs(startNs),
    startSinceBootUs: Number(startNs / NS_PER_US),
    comm: view.text(offset + LAYOUT['ancestor.comm'], 16) ?? '',
    exe: view.text(offset + LAYOUT['ancestor.exe'], 32),
    argv: argv === undefined ? undefined : redactArgv(argv).argv,
    uid,
    user: containerId === undefined ? context.userName(uid) : undefined,
    containerId,
  });
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Absent is absent: a key with `undefined` would be stored and compared as something. */
export function withoutUndefined<T extends object>(value: T): Defined<T>;
export function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
