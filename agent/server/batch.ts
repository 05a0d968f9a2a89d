import type { ResponseMessage } from 'vscode-jsonrpc/node';
import { errorResponse, REFUSALS } from './replies.ts';

const BRACKETS_BYTES = 2;
const COMMA_BYTES = 1;

/** Collects the answers to one batch and hands them out as one array. */
export class BatchReplies {
  readonly #maxBytes: number;
  readonly #send: (json: string) => void;
  #open = 0;
  #sealed = false;
  #answers: string[] = [];
  #bytes = BRACKETS_BYTES;

  constructor(maxBytes: number, send: (json: string) => void) {
    this.#maxBytes = maxBytes;
    this.#send = send;
  }

  /** One more answer will come. */
  expect(): void {
    this.#open += 1;
  }

  /** An answer that does not fit beside the others is replaced by the error that says so. */
  add(response: ResponseMessage): void {
    this.#open -= 1;
    let json = JSON.stringify(response);
    if (this.#bytes + sizeOf(json) > this.#maxBytes)
      json = JSON.stringify(errorResponse(response.id, REFUSALS.tooLarge));
    this.#bytes += sizeOf(json);
    this.#answers.push(json);
    this.#finish();
  }

  /** All messages of the batch have been seen. */
  seal(): void {
    this.#sealed = true;
    this.#finish();
  }

  #finish(): void {
    if (!this.#sealed || this.#open > 0 || this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    this.#send(`[${answers.join(',')}]`);
  }
}

function sizeOf(json: string): number {
  return Buffer.byteLength(json) + COMMA_BYTES;
}
