import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { MIB } from '../domain/bytes.ts';
import { LINE_WINDOW, windowAround } from '../domain/line-window.ts';
import type { LineWindow } from '../domain/line-window.ts';

const CHUNK_BYTES = MIB;
/** What one hover may read to find its line. The next one goes on from there. */
const SCAN_BUDGET_BYTES = 512 * MIB;
const MAX_LINE_BYTES = MIB;
const MAX_UTF8_BYTES_PER_UNIT = 3;
const KEPT_INDEXES = 4;
/** Bytes before a checkpoint that tell whether the file still is what was indexed. */
const SAMPLE_BYTES = 64;
const LF = 0x0a;
const CR = 0x0d;

interface Checkpoint {
  readonly offset: number;
  /** Line ends before `offset`. */
  readonly lines: number;
  readonly sample: Buffer;
}

interface Index {
  readonly inode: bigint;
  size: bigint;
  modifiedNs: bigint;
  checkpoints: Checkpoint[];
}

const START: Checkpoint = { offset: 0, lines: 0, sample: Buffer.alloc(0) };

/**
 * Single lines of files on disk, without reading a file into memory: one pass counts line ends and remembers a place
 * every MiB, the next look-up starts there. A log that grows keeps its index, one that was replaced gets a new one.
 */
export class FileLines {
  readonly #indexes = new Map<string, Index>();

  /**
   * The part of a line around a character, both zero-based, the character in UTF-16 units. `undefined` when the file
   * has no such line, is not a regular file or is not UTF-8 text, or when the line is further away than one look-up
   * may read. Rejects with the errors of opening and reading, and with the signal's reason.
   */
  async window(path: string, line: number, character: number, signal: AbortSignal): Promise<LineWindow | undefined> {
    // Opening a fifo would otherwise wait for its writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const index = await this.#indexOf(path, file);
      if (index === undefined) return undefined;
      const start = await findLine(file, index, line, signal);
      return start === undefined ? undefined : await readLine(file, start, character);
    } finally {
      await file.close();
    }
  }

  async #indexOf(path: string, file: FileHandle): Promise<Index | undefined> {
    const { ino: inode, size, mtimeNs: modifiedNs, mode } = await file.stat({ bigint: true });
    if ((mode & BigInt(constants.S_IFMT)) !== BigInt(constants.S_IFREG)) return undefined;
    const known = this.#indexes.get(path);
    const isSame =
      known?.inode === inode && size >= known.size && (size > known.size || modifiedNs === known.modifiedNs);
    const index: Index = isSame ? known : { inode, size, modifiedNs, checkpoints: [] };
    index.size = size;
    index.modifiedNs = modifiedNs;
    this.#indexes.delete(path);
    this.#indexes.set(path, index);
    for (const oldest of this.#indexes.keys()) {
      if (this.#indexes.size <= KEPT_INDEXES) break;
      this.#indexes.delete(oldest);
    }
    return (await isUtf16(file)) ? undefined : index;
  }
}

async function isUtf16(file: FileHandle): Promise<boolean> {
  const [first, second] = await readAt(file, 0, 2);
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** Offset of the first byte of a line. */
async function findLine(
  file: FileHandle,
  index: Index,
  line: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (line === 0) return 0;
  let { offset, lines } = await placeBefore(file, index, line);
  const limit = offset + SCAN_BUDGET_BYTES;
  // One for the whole pass: a fresh one a MiB would pile up faster than it is collected.
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  while (offset < limit) {
    signal.throwIfAborted();
    let chunk = await readInto(buffer, file, offset);
    if (chunk.length === 0) return undefined;
    // Only the next byte tells whether this ends a line.
    if (chunk.length > 1 && chunk.at(-1) === CR) chunk = chunk.subarray(0, -1);
    const { seen, after } = skipLineEnds(chunk, line - lines);
    if (after !== undefined) return offset + after;
    lines += seen;
    offset += chunk.length;
    if (chunk.length >= CHUNK_BYTES - 1 && offset > (index.checkpoints.at(-1)?.offset ?? 0)) {
      index.checkpoints.push({ offset, lines, sample: Buffer.from(chunk.subarray(-SAMPLE_BYTES)) });
    }
  }
  return undefined;
}

/** The last checkpoint with fewer line ends than wanted that the file still agrees with. */
async function placeBefore(file: FileHandle, index: Index, line: number): Promise<Checkpoint> {
  const place = index.checkpoints.findLast(({ lines }) => lines < line) ?? START;
  const sample = await readAt(file, place.offset - place.sample.length, place.sample.length);
  if (sample.equals(place.sample)) return place;
  index.checkpoints = [];
  return START;
}

/** Counts LF, CR LF and CR as editors do, up to `wanted`; `after` is the byte behind the last one. */
function skipLineEnds(chunk: Buffer, wanted: number): { readonly seen: number; readonly after?: number } {
  let seen = 0;
  for (let at = 0; at < chunk.length; at += 1) {
    const byte = chunk[at];
    if (byte !== LF && (byte !== CR || chunk[at + 1] === LF)) continue;
    seen += 1;
    if (seen === wanted) return { seen, after: at + 1 };
  }
  return { seen };
}

async function readLine(file: FileHandle, start: number, character: number): Promise<LineWindow | undefined> {
  const wanted = MAX_UTF8_BYTES_PER_UNIT * (character + LINE_WINDOW);
  const bytes = await readAt(file, start, Math.min(wanted, MAX_LINE_BYTES));
  const end = bytes.findIndex((byte) => byte === LF || byte === CR);
  const text = new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
  if (character > text.length) return undefined;
  const window = windowAround(text, character);
  const goesOn = end === -1 && bytes.length >= Math.min(wanted, MAX_LINE_BYTES);
  return { ...window, cutAfter: window.cutAfter || goesOn };
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  return await readInto(Buffer.allocUnsafe(length), file, offset);
}

/** The filled part of the buffer: less than all of it at the end of the file. */
async function readInto(buffer: Buffer, file: FileHandle, offset: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
