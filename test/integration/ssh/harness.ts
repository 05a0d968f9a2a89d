import {
  createHostConnection,
  DEFAULT_HOST_SETTINGS,
  HostError,
  type HostConnection,
  type HostFailure,
  type HostSettings,
} from '../../../extension/hosts/index.ts';
import { startFakeAgent, type FakeAgent } from '../../support/fake-agent.ts';
import { Person, type Secrets } from '../../support/person.ts';
import type { SshLab } from '../../support/sshd.ts';

export const TRANSPORTS = ['openssh', 'ssh2'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface Made {
  readonly connection: HostConnection;
  readonly person: Person;
  readonly log: string[];
}

export interface MakeOptions {
  readonly person?: Person;
  readonly secrets?: Secrets;
  readonly settings?: Partial<HostSettings>;
  readonly after?: number;
  readonly attemptSeconds?: number;
}

const REQUEST_TIMEOUT_MS = 10_000;

export function connectionTo(lab: SshLab, target: string, transport: Transport, options: MakeOptions = {}): Made {
  const log: string[] = [];
  const note = (message: string): void => {
    log.push(message);
  };
  const person = options.person ?? new Person();
  const connection = createHostConnection({
    settings: {
      ...DEFAULT_HOST_SETTINGS,
      target,
      transport,
      socket: lab.remote('agent.sock'),
      sshConfigFile: lab.configFile,
      ...options.settings,
    },
    identity: { clientName: 'test', clientVersion: '0.1.0', timeoutMs: REQUEST_TIMEOUT_MS },
    prompter: person,
    log: { debug: note, info: note, warn: note },
    backoff: { minMs: 20, maxMs: 200 },
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
    ...(options.attemptSeconds === undefined ? {} : { attemptSeconds: options.attemptSeconds }),
    ...(options.after === undefined ? {} : { after: options.after }),
  });
  return { connection, person, log };
}

/** Connects and hands back the failure; the connection is over then. */
export async function failureOf({ connection }: Made, attended = true): Promise<HostFailure> {
  try {
    await connection.connect({ attended });
  } catch (error) {
    if (error instanceof HostError) return error.failure;
    throw error;
  } finally {
    connection.dispose();
  }
  throw new Error('it connected');
}

/** An agent at the far end of every server of the lab. */
export async function agentIn(lab: SshLab, options: Parameters<typeof startFakeAgent>[0] = {}): Promise<FakeAgent> {
  const agent = await startFakeAgent({ ...options, socket: lab.local('agent.sock') });
  await lab.permit('agent.sock', 'everybody');
  return agent;
}
