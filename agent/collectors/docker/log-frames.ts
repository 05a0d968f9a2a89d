import { LOG_LINE_BYTES, LOG_READ_LINES } from '../../domain/log-tail.ts';
import type { LogLine } from '../../domain/evidence.ts';
import { parseRfc3339 } from '../../domain/time.ts';

/** Docker's stream framing: type, three zeros, payload length in big endian; a terminal's log is raw. */
const HEADER_BYTES = 8;
const LENGTH_OFFSET = 4;
const STREAM_STDERR = 2;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** `2026-11-23T06:17:04.123456789Z ` that Docker puts before every message. */
const TIMESTAMP_MAX = 40;
/** Lines kept while reading; those before them are dropped. */
const KEPT_LINES = LOG_READ_LINES;

type Stream = LogLine['stream'];

/** A line that is still being read. Bytes above the cap are counted, not kept. */
interface OpenLine {
  at: number | undefined;
  parts: Buffer[];
  bytes: number;
}

export interface LogReader {
  /** Takes the next bytes of the response, cut anywhere. */
  write(chunk: Buffer): void;
  /** Lines so far, oldest first, an unfinished one included. */
  finish(): { readonly lines: readonly LogLine[]; readonly truncated: boolean };
}

/**
 * Reads a log response with `timestamps=true`. Memory is bounded whatever the daemon or the container
 * write: a frame may claim 4 GiB, its payload is taken as it comes.
 */
export function createLogReader(tty: boolean): LogReader {
  return new FrameReader(tty);
}

class FrameReader implements LogReader {
  readonly #tty: boolean;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #payloadLeft = 0;
  #stream: Stream = 'stdout';
  #open: Record<Stream, OpenLine | undefined> = { stdout: undefined, stderr: undefined };
  /** Bytes that may be the start of a timestamp; a message starts with one. */
  #stamp: Buffer | undefined = Buffer.alloc(0);
  #lines: LogLine[] = [];
  #truncated = false;

  constructor(tty: boolean) {
    this.#tty = tty;
  }

  write(chunk: Buffer): void {
    if (this.#tty) {
      this.#payload(chunk);
      return;
    }
    let at = 0;
    while (at < chunk.length) at += this.#payloadLeft > 0 ? this.#takePayload(chunk, at) : this.#takeHeader(chunk, at);
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#header, this.#headerBytes, at, at + HEADER_BYTES - this.#headerBytes);
    this.#headerBytes += taken;
    if (this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = 0;
      this.#payloadLeft = this.#header.readUInt32BE(LENGTH_OFFSET);
      this.#endStamp();
      this.#stream = this.#header[0] === STREAM_STDERR ? 'stderr' : 'stdout';
      this.#stamp = Buffer.alloc(0);
    }
    return taken;
  }

  #takePayload(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + this.#payloadLeft);
    this.#payloadLeft -= part.length;
    this.#payload(part);
    return part.length;
  }

  #payload(part: Buffer): void {
    let rest = part;
    while (rest.length > 0) {
      const end = rest.indexOf(NEWLINE);
      this.#append(end < 0 ? rest : rest.subarray(0, end));
      if (end < 0) return;
      this.#endStamp();
      this.#closeLine(this.#stream);
      this.#stamp = Buffer.alloc(0);
      rest = rest.subarray(end + 1);
    }
  }

  /** The timestamp is cut off at the first blank; what has none within its length is text. */
  #append(bytes: Buffer): void {
    if (this.#stamp === undefined) {
      this.#push(bytes);
      return;
    }
    const head = Buffer.concat([this.#stamp, bytes]);
    const blank = head.subarray(0, TIMESTAMP_MAX).indexOf(' ');
    if (blank < 0 && head.length < TIMESTAMP_MAX) {
      this.#stamp = head;
      return;
    }
    this.#stamp = undefined;
    const at = blank < 0 ? undefined : parseRfc3339(head.toString('latin1', 0, blank));
    const line = this.#openLine();
    line.at ??= at;
    this.#push(at === undefined ? head : head.subarray(blank + 1));
  }

  #endStamp(): void {
    const held = this.#stamp;
    this.#stamp = undefined;
    if (held === undefined || held.length === 0) return;
    const at = parseRfc3339(held.toString('latin1'));
    this.#openLine().at ??= at;
    if (at === undefined) this.#push(held);
  }

  #openLine(): OpenLine {
    return (this.#open[this.#stream] ??= { at: undefined, parts: [], bytes: 0 });
  }

  #push(bytes: Buffer): void {
    const line = this.#openLine();
    const room = Math.max(0, LOG_LINE_BYTES - line.bytes);
    if (bytes.length > room) this.#truncated = true;
    // A copy: a view would keep the whole chunk of the socket alive.
    if (room > 0) line.parts.push(Buffer.from(bytes.subarray(0, room)));
    line.bytes += bytes.length;
  }

  #closeLine(stream: Stream): void {
    const line = this.#open[stream];
    this.#open[stream] = undefined;
    const bytes = Buffer.concat(line?.parts ?? []);
    const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    const text = bytes.toString('utf8', 0, end);
    this.#lines.push({ stream, text, ...(line?.at !== undefined && { at: line.at }) });
    if (this.#lines.length < KEPT_LINES * 2) return;
    this.#lines = this.#lines.slice(-KEPT_LINES);
    this.#truncated = true;
  }

  finish(): { readonly lines: readonly LogLine[]; readonly truncated: boolean } {
    this.#endStamp();
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#open[stream] !== undefined) this.#closeLine(stream);
    }
    return { lines: this.#lines, truncated: this.#truncated };
  }
}
