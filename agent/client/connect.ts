import { connect as connectSocket, type Socket } from 'node:net';
import { DEFAULT_SETTINGS } from '../domain/settings.ts';
import { connectStreams, type AgentClient, type ClientIdentity } from './agent-client.ts';
import { connectFailure, timedOut } from './errors.ts';

export interface ConnectOptions extends ClientIdentity {
  readonly socket: string;
  /** The group that may use the socket, for the advice when we may not. */
  readonly socketGroup?: string;
}

/**
 * Connects to an agent of this host and greets it. Rejects with InquestError: `agent-not-running`,
 * `no-permission`, `agent-incompatible`, `timeout`; or RequestError when the agent turns us away.
 */
export async function connect(options: ConnectOptions): Promise<AgentClient> {
  const socket = await open(options);
  return connectStreams(socket, socket, options);
}

async function open({ socket: path, socketGroup, timeoutMs }: ConnectOptions): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const socket = connectSocket({ path });
  const timer = setTimeout(() => {
    reject(timedOut('the connection', timeoutMs));
  }, timeoutMs);
  const onError = (error: Error): void => {
    reject(connectFailure(error, path, socketGroup ?? DEFAULT_SETTINGS.socketGroup));
  };
  socket.on('error', onError);
  socket.on('connect', () => {
    resolve(undefined);
  });
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
