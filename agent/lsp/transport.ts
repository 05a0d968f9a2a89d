import type { Readable, Writable } from 'node:stream';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import type { MessageReader, MessageWriter } from 'vscode-languageserver/node';
import { MIB } from '../domain/bytes.ts';
import { FrameGate } from './frame-gate.ts';

export interface Transport {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  /** Who is told the size of each message that was too large to read. */
  onSkipped?(listener: (bytes: number) => void): void;
}

/** Room for a document of a few megabytes, escaped. */
export const MAX_MESSAGE_BYTES = 8 * MIB;

/** The Language Server Protocol on a pair of streams, as `--stdio` has it. */
export function streamTransport(input: Readable, output: Writable): Transport {
  const listeners: ((bytes: number) => void)[] = [];
  const gate = new FrameGate(MAX_MESSAGE_BYTES, (bytes) => {
    for (const listener of listeners) listener(bytes);
  });
  input.on('error', (error) => gate.destroy(error));
  // A pipe that is destroyed has no end.
  input.on('close', () => gate.end());
  input.pipe(gate);
  const reader = new StreamMessageReader(gate);
  // Its watch over a message that came in part is set anew for ever, and an editor may die in the middle of one.
  reader.partialMessageTimeout = 0;
  return {
    reader,
    writer: new StreamMessageWriter(output),
    onSkipped: (listener) => listeners.push(listener),
  };
}
