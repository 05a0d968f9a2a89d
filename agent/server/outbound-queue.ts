import type { Writable } from 'node:stream';

/**
 * The kernel takes what a reader has room for: in pieces of this size each completed one is proof
 * that the reader reads.
 */
const PIECE_BYTES = 64 * 1_024;

export interface QueueLimits {
  readonly cutReaderBytes: number;
  readonly cutReaderMs: number;
}

/**
 * What waits to be read by one peer. Hands over one piece at a time, so that `bytes` is exact and
 * a peer that stopped reading is told apart from a slow one.
 */
export class OutboundQueue {
  readonly #stream: Writable;
  readonly #limits: QueueLimits;
  readonly #onStuck: () => void;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #writing = false;
  #closed = false;
  #stuckTimer: NodeJS.Timeout | undefined;
  readonly #drained = new Set<() => void>();

  /** `onStuck` is called once, when the peer is too far behind to be kept. */
  constructor(stream: Writable, limits: QueueLimits, onStuck: () => void) {
    this.#stream = stream;
    this.#limits = limits;
    this.#onStuck = onStuck;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Returns false when the queue is closed and the frame is dropped. */
  push(frame: Uint8Array): boolean {
    if (this.#closed) return false;
    if (this.#bytes + frame.length > this.#limits.cutReaderBytes) {
      this.#giveUp();
      return false;
    }
    for (let offset = 0; offset < frame.length; offset += PIECE_BYTES) {
      this.#pieces.push(frame.subarray(offset, offset + PIECE_BYTES));
    }
    this.#bytes += frame.length;
    this.#writeNext();
    return true;
  }

  /** Calls back once, when everything has been handed over; at once when nothing waits; never after close. */
  onceDrained(listener: () => void): void {
    if (this.#bytes === 0) listener();
    else this.#drained.add(listener);
  }

  close(): void {
    this.#closed = true;
    this.#pieces = [];
    this.#bytes = 0;
    this.#drained.clear();
    clearTimeout(this.#stuckTimer);
  }

  #giveUp(): void {
    this.close();
    this.#onStuck();
  }

  #writeNext(): void {
    if (this.#writing) return;
    const piece = this.#pieces.shift();
    if (piece === undefined) return;
    this.#writing = true;
    clearTimeout(this.#stuckTimer);
    this.#stuckTimer = setTimeout(() => {
      this.#giveUp();
    }, this.#limits.cutReaderMs);
    this.#stream.write(piece, (error) => {
      this.#writing = false;
      // The stream's own 'error' and 'close' tell the owner; here only the bookkeeping ends.
      if (error !== null && error !== undefined) this.close();
      if (this.#closed) return;
      this.#bytes -= piece.length;
      if (this.#bytes === 0) this.#finishDrain();
      else this.#writeNext();
    });
  }

  #finishDrain(): void {
    clearTimeout(this.#stuckTimer);
    const listeners = [...this.#drained];
    this.#drained.clear();
    for (const listener of listeners) listener();
  }
}
