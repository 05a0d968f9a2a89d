import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerCredentials } from '../../../agent/server/peer.ts';
import { startServer, type RunningServer, type ServerOptions } from '../../../agent/server/server.ts';
import { FakeAgent } from './fake-agent.ts';
import { RawClient } from './raw-client.ts';

export interface TestServer extends AsyncDisposable {
  readonly path: string;
  readonly directory: string;
  readonly agent: FakeAgent;
  readonly server: RunningServer;
  readonly reports: string[];
  connect(): RawClient;
  /** A client that has said hello. */
  greet(): Promise<RawClient>;
}

/** The real reader of credentials is in the addon; this one believes everybody to be root unless told otherwise. */
export function credentialsOf(uid: number, gid = uid, groups: readonly number[] = []): PeerCredentials {
  return { pid: 1, uid, gid, groups };
}

export async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'inquest-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export async function testServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const directory = await temporaryDirectory();
  const agent = new FakeAgent();
  const reports: string[] = [];
  const clients: RawClient[] = [];
  const path = join(directory.path, 'agent.sock');
  const server = await startServer(
    {
      socket: path,
      socketGroup: 'no-such-group',
      sensitiveGroup: 'no-such-group',
      peerCredentials: () => credentialsOf(0),
      report: (message) => reports.push(message),
      ...options,
    },
    agent,
  );
  const connect = (): RawClient => {
    const client = new RawClient(path);
    clients.push(client);
    return client;
  };
  return {
    path,
    directory: directory.path,
    agent,
    server,
    reports,
    connect,
    greet: async () => {
      const client = connect();
      await client.hello();
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) await client[Symbol.asyncDispose]();
      await server.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}
