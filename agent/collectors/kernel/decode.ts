import type { Evidence, EvidenceData, SigInfoKind, SignalDisposition, SignalResult } from '../../domain/evidence.ts';
import { decodeWaitStatus } from '../../domain/exit-status.ts';
import { hexAddress } from '../../domain/fault.ts';
import type { ProcessRef } from '../../domain/process.ts';
import { Signal } from '../../domain/signals.ts';
import { FLAG, KIND, LAYOUT, PROTOCOL } from '../../native/layout.ts';
import type { DecodeContext } from './fields.ts';
import { RecordView, readAncestor, readProcess, withoutUndefined } from './fields.ts';
import type { KernelContainer } from './known-containers.ts';
import { readLevels } from './oom-levels.ts';
import { parseRequestLine } from './request-line.ts';
import { runtimeName } from './runtime-numbers.ts';

const NS_PER_US = 1_000n;
const TEXT_BYTES = LAYOUT['runtime_request.ancestors'] - LAYOUT['runtime_request.text'];
const SOCKET_BYTES = LAYOUT['runtime_request.text'] - LAYOUT['runtime_request.socket'];
const FAULTS: ReadonlySet<number> = new Set([Signal.SEGV, Signal.BUS, Signal.FPE, Signal.ILL, Signal.TRAP]);
const RESULTS: readonly SignalResult[] = ['delivered', 'ignored', 'already_pending', 'overflow', 'info_lost'];
const INFO_KINDS: readonly SigInfoKind[] = ['none', 'priv', 'struct'];
const DISPOSITIONS: readonly SignalDisposition[] = ['default', 'ignore', 'handler'];

/** Where a record lies in a batch, and when it was made. */
export interface RecordSpan {
  readonly offset: number;
  readonly size: number;
  readonly kind: number;
  readonly timeNs: bigint;
  readonly container: bigint;
}

/**
 * The records of a batch in the order in which they were made: two rings and several CPUs write side
 * by side, and the death of a container must not be read before what led to it.
 */
export function spansOf(batch: Uint8Array): RecordSpan[] {
  const spans: RecordSpan[] = [];
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let offset = 0; offset + LAYOUT.header <= batch.byteLength;) {
    const size = view.getUint32(offset + LAYOUT['header.size'], true);
    if (size < LAYOUT.header || offset + size > batch.byteLength) break;
    spans.push({
      offset,
      size,
      kind: view.getUint16(offset + LAYOUT['header.kind'], true),
      timeNs: view.getBigUint64(offset + LAYOUT['header.time_ns'], true),
      container: view.getBigUint64(offset + LAYOUT['header.container'], true),
    });
    offset += size;
  }
  return spans.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}

/** One record as evidence; `undefined` for a kind this version does not know. */
export function decodeRecord(batch: Uint8Array, span: RecordSpan, context: DecodeContext): Evidence | undefined {
  const view = new RecordView(batch, span.offset, span.size);
  const flags = view.u32(LAYOUT['header.flags']);
  const data = decodeData(view, span, flags, context);
  if (data === undefined) return undefined;
  // The record's container is the client's; which one it speaks of has to be found out by its name.
  if (data.kind === 'runtime_request') {
    return { at: context.toEpochUs(span.timeNs), source: 'kernel', containerId: undefined, data };
  }
  return {
    at: context.toEpochUs(span.timeNs),
    source: 'kernel',
    containerId: context.containerId(span.container),
    run: String(span.container),
    data,
  };
}

function decodeData(
  view: RecordView,
  span: RecordSpan,
  flags: number,
  context: DecodeContext,
): EvidenceData | undefined {
  const isMain = (flags & FLAG.main) !== 0;
  switch (span.kind) {
    case KIND.containerCreated:
      return { kind: 'container_created', cgroupPath: cgroupPath(view) };
    case KIND.containerRemoved:
      return { kind: 'container_removed', cgroupPath: cgroupPath(view) };
    case KIND.processExec:
      return decodeExec(view, isMain, flags, context);
    case KIND.processExit:
      return decodeExit(view, isMain, context);
    case KIND.signalSent:
      return decodeSignal(view, isMain, flags, context);
    case KIND.signalReceived:
      return {
        kind: 'signal_received',
        signal: view.u32(LAYOUT['signal_received.signal']),
        process: readProcess(view, LAYOUT['signal_received.process'], context),
        isMain,
      };
    case KIND.oomKill:
      return {
        kind: 'oom_kill',
        victim: readProcess(view, LAYOUT['oom_kill.victim'], context),
        victimIsMain: isMain,
        trigger: readProcess(view, LAYOUT['oom_kill.trigger'], context),
        levels: readLevels(view, context, span.container, span.timeNs),
      };
    case KIND.runtimeRequest:
      return decodeRequest(view, flags, context);
    default:
      return undefined;
  }
}

/** Who a record of a container's birth or burial is about; `undefined` for any other record. */
export function decodeContainer(batch: Uint8Array, span: RecordSpan): KernelContainer | undefined {
  if (span.kind !== KIND.containerCreated && span.kind !== KIND.containerRemoved) return undefined;
  const view = new RecordView(batch, span.offset, span.size);
  const path = cgroupPath(view);
  const id = view.text(LAYOUT['container_record.id'], ID_BYTES) ?? path.slice(path.lastIndexOf('/') + 1);
  const runtime = runtimeName(view.u32(LAYOUT['container_record.runtime']));
  return { id, path, runtime, outer: view.u64(LAYOUT['container_record.outer']) };
}

const ID_BYTES = LAYOUT['container_record.path'] - LAYOUT['container_record.id'];
const PATH_BYTES = LAYOUT['container_record.runtime'] - LAYOUT['container_record.path'];

function cgroupPath(view: RecordView): string {
  return view.text(LAYOUT['container_record.path'], PATH_BYTES) ?? '';
}

function decodeExec(view: RecordView, isMain: boolean, flags: number, context: DecodeContext): EvidenceData {
  const argv = view.argv(LAYOUT.process_exec, view.u32(LAYOUT['process_exec.argv_len']));
  return {
    kind: 'process_exec',
    process: withArgv(readProcess(view, LAYOUT['process_exec.process'], context), argv, flags),
    isMain,
    filename: view.text(LAYOUT['process_exec.filename'], 128) ?? '',
  };
}

function decodeSignal(view: RecordView, isMain: boolean, flags: number, context: DecodeContext): EvidenceData {
  const signal = view.u32(LAYOUT['signal_sent.signal']);
  const code = view.i32(LAYOUT['signal_sent.si_code']);
  const info = INFO_KINDS[view.u32(LAYOUT['signal_sent.info_kind'])] ?? 'struct';
  const fault = info === 'struct' && code > 0 && FAULTS.has(signal);
  const syscall = view.i32(LAYOUT['signal_sent.syscall']);
  const hasSender = view.u32(LAYOUT['signal_sent.has_sender']) !== 0;
  const argv = view.argv(LAYOUT.signal_sent, view.u32(LAYOUT['signal_sent.argv_len']));
  return withoutUndefined({
    kind: 'signal_sent' as const,
    signal,
    code,
    info,
    group: view.u32(LAYOUT['signal_sent.group']) !== 0,
    result: RESULTS[view.i32(LAYOUT['signal_sent.result'])] ?? 'delivered',
    target: readProcess(view, LAYOUT['signal_sent.target'], context),
    targetIsMain: isMain,
    disposition: DISPOSITIONS[view.u32(LAYOUT['signal_sent.disposition'])] ?? 'default',
    targetIsNamespaceInit: view.u32(LAYOUT['signal_sent.target_unkillable']) !== 0,
    sender: hasSender ? withArgv(readProcess(view, LAYOUT['signal_sent.sender'], context), argv, flags) : undefined,
    ancestry: hasSender ? readAncestry(view, context, 'signal_sent') : [],
    faultAddress: fault ? hexAddress(view.u64(LAYOUT['signal_sent.fault_address'])) : undefined,
    syscall: syscall < 0 ? undefined : syscall,
    arch: syscall < 0 ? undefined : view.u32(LAYOUT['signal_sent.arch']),
  });
}

function readAncestry(view: RecordView, context: DecodeContext, of: 'signal_sent' | 'runtime_request'): ProcessRef[] {
  const count = Math.min(view.u32(LAYOUT[`${of}.n_ancestors`]), LAYOUT.ancestors_max);
  return Array.from({ length: count }, (_, index) =>
    readAncestor(view, LAYOUT[`${of}.ancestors`] + index * LAYOUT.ancestor, context),
  );
}

/** What asks for nothing that could end a container, and what this agent itself asks, is no evidence. */
function decodeRequest(view: RecordView, flags: number, context: DecodeContext): EvidenceData | undefined {
  const client = readProcess(view, LAYOUT['runtime_request.client'], context);
  if (client.pid === context.ownPid) return undefined;
  const isHttp = view.u32(LAYOUT['runtime_request.protocol']) === PROTOCOL.http;
  const line = view.text(LAYOUT['runtime_request.text'], TEXT_BYTES);
  const asked = isHttp ? parseRequestLine(line ?? '') : ({ action: 'unknown' } as const);
  if (asked === undefined) return undefined;
  const argv = view.argv(LAYOUT.runtime_request, view.u32(LAYOUT['runtime_request.argv_len']));
  return {
    kind: 'runtime_request',
    runtime: runtimeName(view.u32(LAYOUT['runtime_request.runtime'])),
    socket: view.text(LAYOUT['runtime_request.socket'], SOCKET_BYTES) ?? '',
    ...asked,
    client: withArgv(client, argv, flags),
    ancestry: readAncestry(view, context, 'runtime_request'),
  };
}

function withArgv<T extends object>(process: T, argv: readonly string[] | undefined, flags: number): T {
  if (argv === undefined) return process;
  return { ...process, argv, ...((flags & FLAG.argvTruncated) === 0 ? {} : { argvTruncated: true }) };
}

function decodeExit(view: RecordView, isMain: boolean, context: DecodeContext): EvidenceData {
  const memory = LAYOUT['process_exit.memory'];
  const throttle = LAYOUT['process_exit.throttle'];
  const limitPages = view.optional(memory + LAYOUT['memory.limit_pages']);
  const measured = isMain && view.u64(memory + LAYOUT['memory.cgroup']) !== 0n;
  const limited = isMain && view.u64(throttle + LAYOUT['throttle.cgroup']) !== 0n;
  return withoutUndefined({
    kind: 'process_exit' as const,
    process: readProcess(view, LAYOUT['process_exit.process'], context),
    isMain,
    status: decodeWaitStatus(view.u32(LAYOUT['process_exit.status'])),
    maxRssBytes: view.number(LAYOUT['process_exit.max_rss_pages']) * context.pageBytes,
    cpuTimeUs: Number(view.u64(LAYOUT['process_exit.cpu_ns']) / NS_PER_US),
    memory: measured
      ? withoutUndefined({
          usageBytes: view.number(memory + LAYOUT['memory.usage_pages']) * context.pageBytes,
          limitBytes: limitPages === undefined ? undefined : limitPages * context.pageBytes,
          peakBytes: view.number(memory + LAYOUT['memory.peak_pages']) * context.pageBytes,
          oomEvents: view.number(memory + LAYOUT['memory.oom_events']),
          limitHits: view.number(memory + LAYOUT['memory.failcnt']),
        })
      : undefined,
    throttle: limited
      ? {
          quotaUs: view.number(throttle + LAYOUT['throttle.quota_us']),
          periodUs: view.number(throttle + LAYOUT['throttle.period_us']),
          periods: view.number(throttle + LAYOUT['throttle.nr_periods']),
          throttledPeriods: view.number(throttle + LAYOUT['throttle.nr_throttled']),
          throttledUs: Number(view.u64(throttle + LAYOUT['throttle.throttled_ns']) / NS_PER_US),
        }
      : undefined,
  });
}
