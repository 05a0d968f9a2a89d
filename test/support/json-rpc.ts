import type { Readable, Writable } from 'node:stream';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc/node';

/** A peer of ours on a pair of streams. */
export function streamConnection(input: Readable, output: Writable): MessageConnection {
  const reader = new StreamMessageReader(input);
  // A message that a peer's end cuts in two must not keep the process of the test running.
  reader.partialMessageTimeout = 0;
  return createMessageConnection(reader, new StreamMessageWriter(output));
}
