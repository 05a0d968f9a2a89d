import { createServer, type Server } from 'node:net';
import { activatedSocket } from './activation.ts';
import type { AgentApi } from './api.ts';
import { findGroup } from './groups.ts';
import { House, type HouseOptions } from './house.ts';
import type { TierPolicy } from './peer.ts';
import { publish, type SocketFile } from './socket-file.ts';

export interface ServerOptions extends HouseOptions {
  /** Where to listen, unless systemd hands over a socket. */
  readonly socket: string;
  readonly socketGroup: string;
  readonly sensitiveGroup: string;
  /** For LISTEN_FDS and LISTEN_PID. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly groupFile?: string;
}

export interface RunningServer {
  /** The path, or `undefined` for a socket of systemd's. */
  readonly socket: string | undefined;
  readonly connections: number;
  /** Ends every connection, stops listening and removes the socket. May be called again. */
  close(): Promise<void>;
}

/**
 * Listens for clients of the protocol. Throws InquestError when the socket cannot be had:
 * `agent-already-running`, `bad-settings`, `no-permission`.
 */
export async function startServer(options: ServerOptions, api: AgentApi): Promise<RunningServer> {
  const policy: TierPolicy = {
    ownUid: process.getuid?.() ?? 0,
    sensitiveGid: await findGroup(options.sensitiveGroup, options.groupFile),
  };
  const house = new House(options, api, policy);
  const server = createServer((socket) => {
    house.receive(socket);
  });
  const file = await open(server, options);
  server.on('error', (error) => {
    options.report('The socket stopped accepting connections', error);
  });
  let closing: Promise<void> | undefined;
  return {
    socket: file?.path,
    get connections() {
      return house.connections;
    },
    close: () => (closing ??= closeAll(server, house, file)),
  };
}

async function open(server: Server, options: ServerOptions): Promise<SocketFile | undefined> {
  const fd = activatedSocket(options.env ?? process.env, process.pid);
  if (fd !== undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    server.once('error', reject);
    server.listen({ fd }, () => {
      server.off('error', reject);
      resolve(undefined);
    });
    return promise;
  }
  const gid = await findGroup(options.socketGroup, options.groupFile);
  if (gid === undefined) {
    options.report(`There is no group ${options.socketGroup}: only the agent's own user can use the socket`);
  }
  try {
    return await publish(server, { path: options.socket, gid });
  } catch (error) {
    if (server.listening) server.close();
    throw error;
  }
}

async function closeAll(server: Server, house: House, file: SocketFile | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.close(() => {
    resolve(undefined);
  });
  house.close();
  await promise;
  await file?.remove();
}
