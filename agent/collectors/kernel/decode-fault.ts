import type { FaultAccess, FaultMapping, MappingFile } from '../../domain/evidence.ts';
import type { CapturedFault, CodeMapping, RegisterSet } from '../../domain/fault.ts';
import { hexAddress, x86Access } from '../../domain/fault.ts';
import { Signal } from '../../domain/signals.ts';
import { FLAG, LAYOUT, MAPPING_FLAG, REGISTER_SET } from '../../native/layout.ts';
import type { RecordSpan } from './decode.ts';
import type { DecodeContext } from './fields.ts';
import { RecordView, readProcess, withoutUndefined } from './fields.ts';
import { trapInstruction } from './trap-instruction.ts';

const TMPFS_MAGIC = 0x0102_1994;
const BUILD_ID_KNOWN = 1;
const BUILD_ID_BYTES = 20;
const CODE_BYTES = 16;
const WORD_BYTES = 8;
const MINOR_BITS = 20;
const MINOR_MASK = 0xf_ffff;
const REGISTERS = { x86_64: 17, arm64: 33 } as const;
const INSTRUCTION = { x86_64: 16, arm64: 32 } as const;
const STACK_POINTER = { x86_64: 7, arm64: 31 } as const;
const ADDRESS_FAULTS: ReadonlySet<number> = new Set([Signal.SEGV, Signal.BUS, Signal.FPE, Signal.ILL, Signal.TRAP]);
const ARM_CLASS_SHIFT = 26n;
const ARM_EXECUTE = 0x20n;
const ARM_DATA = 0x24n;
const ARM_WRITE = 0x40n;

interface Mapping extends CodeMapping {
  readonly flags: number;
  readonly shown: FaultMapping;
}

/** A record of the kind `process_fault`, all but its backtrace. */
export function decodeFault(batch: Uint8Array, span: RecordSpan, context: DecodeContext): CapturedFault {
  const view = new RecordView(batch, span.offset, span.size);
  const set = registerSet(view.u32(LAYOUT['process_fault.register_set']));
  const registers = Array.from({ length: set === undefined ? 0 : REGISTERS[set] }, (_, index) =>
    view.u64(LAYOUT['process_fault.registers'] + index * WORD_BYTES),
  );
  const signal = view.u32(LAYOUT['process_fault.signal']);
  const code = view.i32(LAYOUT['process_fault.si_code']);
  const mappings = readMappings(view);
  const hasAddress = code > 0 && ADDRESS_FAULTS.has(signal);
  const shown = (flag: number): FaultMapping | undefined => mappings.find(({ flags }) => (flags & flag) !== 0)?.shown;
  const isOfMemory = hasAddress && (signal === Signal.SEGV || signal === Signal.BUS);
  const addressIn = isOfMemory ? shown(MAPPING_FLAG.fault) : undefined;
  const isNowhere = isOfMemory && addressIn === undefined;
  const limit = view.optional(LAYOUT['process_fault.stack_limit']);
  return {
    at: context.toEpochUs(span.timeNs),
    containerId: context.containerId(span.container),
    run: String(span.container),
    registerSet: set,
    registers,
    stackStart: view.u64(LAYOUT['process_fault.stack_start']),
    // A copy: the record's memory is the batch's, which is large.
    stack: view.bytes(LAYOUT['process_fault.stack'], view.u32(LAYOUT['process_fault.stack_length'])).slice(),
    code: mappings.filter(({ flags }) => (flags & MAPPING_FLAG.execute) !== 0),
    fault: withoutUndefined({
      kind: 'process_fault' as const,
      process: readProcess(view, LAYOUT['process_fault.process'], context),
      isMain: (view.u32(LAYOUT['header.flags']) & FLAG.main) !== 0,
      signal,
      code,
      instruction: hexAddress(set === undefined ? 0n : (registers[INSTRUCTION[set]] ?? 0n)),
      trapInstruction: trapInstruction(codeAt(view), set, signal),
      stackPointer: hexAddress(set === undefined ? 0n : (registers[STACK_POINTER[set]] ?? 0n)),
      address: hasAddress ? hexAddress(view.u64(LAYOUT['process_fault.fault_address'])) : undefined,
      access: isOfMemory ? accessOf(view, set) : undefined,
      addressIn,
      below: isNowhere ? shown(MAPPING_FLAG.below) : undefined,
      above: isNowhere ? shown(MAPPING_FLAG.above) : undefined,
      instructionIn: shown(MAPPING_FLAG.instruction),
      stackLimitBytes: limit,
      frames: [],
      truncated: false,
    }),
  };
}

function codeAt(view: RecordView): Uint8Array {
  const length = view.u32(LAYOUT['process_fault.has_code']) === 0 ? 0 : CODE_BYTES;
  return view.bytes(LAYOUT['process_fault.code'], length);
}

function registerSet(value: number): RegisterSet | undefined {
  return value === REGISTER_SET.x86_64 ? 'x86_64' : value === REGISTER_SET.arm64 ? 'arm64' : undefined;
}

/** What the processor said of the access. A trap that is not of memory says nothing. */
function accessOf(view: RecordView, set: RegisterSet | undefined): FaultAccess | undefined {
  const error = view.u64(LAYOUT['process_fault.error_code']);
  if (set === 'x86_64') {
    return x86Access(BigInt(view.u32(LAYOUT['process_fault.trap'])), error);
  }
  if (set === undefined) return undefined;
  const kind = error >> ARM_CLASS_SHIFT;
  if (kind === ARM_EXECUTE) return 'execute';
  return kind === ARM_DATA ? ((error & ARM_WRITE) !== 0n ? 'write' : 'read') : undefined;
}

function readMappings(view: RecordView): Mapping[] {
  const ids = readBuildIds(view);
  return Array.from({ length: view.u32(LAYOUT['process_fault.n_mappings']) }, (_, index) => {
    const at = LAYOUT['process_fault.mappings'] + index * LAYOUT.mapping;
    const start = view.u64(at + LAYOUT['mapping.start']);
    const end = view.u64(at + LAYOUT['mapping.end']);
    const flags = view.u32(at + LAYOUT['mapping.flags']);
    const path = readPath(view, at + LAYOUT['mapping.path'], at + LAYOUT['mapping.path_length']);
    const device = view.u32(at + LAYOUT['mapping.device']);
    const inode = view.u64(at + LAYOUT['mapping.inode']);
    const fileOffset = view.u64(at + LAYOUT['mapping.file_offset']);
    const file = inode === 0n ? undefined : { inode, major: device >>> MINOR_BITS, minor: device & MINOR_MASK, path };
    const shown: FaultMapping = withoutUndefined({
      start: hexAddress(start),
      end: hexAddress(end),
      access: accessText(flags),
      growsDown: (flags & MAPPING_FLAG.growsDown) !== 0,
      file: inode === 0n ? undefined : readFile(view, at, path),
    });
    return { start, end, fileOffset, file, buildId: ids.find(({ ip }) => ip >= start && ip < end)?.id, flags, shown };
  });
}

function readFile(view: RecordView, at: number, path: string | undefined): MappingFile {
  const shown = readPath(view, at + LAYOUT['mapping.shown'], at + LAYOUT['mapping.shown_length']);
  return withoutUndefined({
    path: shown ?? path?.slice(path.lastIndexOf('/') + 1),
    offset: view.number(at + LAYOUT['mapping.file_offset']),
    sizeBytes: view.number(at + LAYOUT['mapping.file_bytes']),
    isRemoved: view.u32(at + LAYOUT['mapping.links']) === 0,
    fileSystemBytes: view.optional(at + LAYOUT['mapping.capacity_bytes']),
    isTmpfs: view.u32(at + LAYOUT['mapping.magic']) === TMPFS_MAGIC,
  });
}

/** Components come with the file's name first. */
function readPath(view: RecordView, offsetAt: number, lengthAt: number): string | undefined {
  const length = view.u32(lengthAt);
  if (length === 0) return undefined;
  const bytes = view.bytes(LAYOUT['process_fault.paths'] + view.u32(offsetAt), length);
  return `/${Buffer.from(bytes).toString('utf8').split('\0').slice(0, -1).reverse().join('/')}`;
}

/** The kernel gives build ids by frame; the address of the frame tells of which file it is. */
function readBuildIds(view: RecordView): { readonly ip: bigint; readonly id: string }[] {
  const count = Math.min(view.u32(LAYOUT['process_fault.n_build_ids']), view.u32(LAYOUT['process_fault.n_frames']));
  return Array.from({ length: count }, (_, index) => {
    const at = LAYOUT['process_fault.build_ids'] + index * LAYOUT.build_id;
    const ip = view.u64(LAYOUT['process_fault.frames'] + index * WORD_BYTES);
    const isKnown = view.i32(at + LAYOUT['build_id.status']) === BUILD_ID_KNOWN;
    const id = Buffer.from(view.bytes(at + LAYOUT['build_id.id'], BUILD_ID_BYTES)).toString('hex');
    return { ip, id, isKnown };
  }).filter(({ isKnown }) => isKnown);
}

function accessText(flags: number): string {
  const letter = (flag: number, text: string, otherwise: string): string => ((flags & flag) !== 0 ? text : otherwise);
  return [
    letter(MAPPING_FLAG.read, 'r', '-'),
    letter(MAPPING_FLAG.write, 'w', '-'),
    letter(MAPPING_FLAG.execute, 'x', '-'),
    letter(MAPPING_FLAG.shared, 's', 'p'),
  ].join('');
}
