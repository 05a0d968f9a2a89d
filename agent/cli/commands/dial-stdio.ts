import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { connectFailure } from '../../client/errors.ts';
import { errorCode } from '../../domain/errors.ts';
import { DEFAULT_SETTINGS } from '../../domain/settings.ts';
import { defineCommand } from '../command.ts';
import { Exit } from '../exit.ts';

export const dialStdioCommand = defineCommand({
  name: 'dial-stdio',
  summary: 'Connect standard input and output to the agent’s socket',
  description: [
    'For editors and scripts that reach this host by a command, such as ssh. Bytes pass as they are in both directions, and each direction may end before the other. Nothing else is written to standard output.',
  ],
  flags: {},
  examples: ['ssh host inquest dial-stdio'],
  run: async ({ io, socket }) => {
    const agent = await open(socket);
    const toAgent = pipeline(io.stdin, agent).catch(ignoreHangUp);
    const fromAgent = pipeline(agent, io.stdout, { end: false });
    try {
      await fromAgent;
    } finally {
      // The agent is done: whatever the other end may still send has no reader.
      io.stdin.destroy();
      agent.destroy();
    }
    await toAgent;
    return Exit.Ok;
  },
});

async function open(path: string): Promise<Socket> {
  const socket = connectSocket({ path, allowHalfOpen: true });
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    throw connectFailure(error, path, DEFAULT_SETTINGS.socketGroup);
  }
}

const HANG_UPS: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/** The agent may close before its client stops to write: reading from it decides how this ends. */
function ignoreHangUp(error: unknown): void {
  if (!HANG_UPS.has(errorCode(error) ?? '')) throw error;
}
