import type { PassphraseAnswer, Prompter, SecretStore } from '../../../extension/hosts/prompter.ts';
import {
  createHostConnection,
  DEFAULT_HOST_SETTINGS,
  HostError,
  type HostConnection,
  type HostFailure,
  type HostSettings,
} from '../../../extension/hosts/index.ts';
import { startFakeAgent, type FakeAgent } from '../../support/fake-agent.ts';
import type { SshLab } from '../../support/sshd.ts';

export const TRANSPORTS = ['openssh', 'ssh2'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** A person who answers as told and remembers what was asked. */
export class Person implements Prompter {
  readonly asked: string[] = [];
  readonly #answers: { passphrases?: PassphraseAnswer[]; passwords?: string[]; keyboard?: string[]; trust?: boolean };

  constructor(
    answers: { passphrases?: PassphraseAnswer[]; passwords?: string[]; keyboard?: string[]; trust?: boolean } = {},
  ) {
    this.#answers = answers;
  }

  async passphrase({ keyFile, attempt }: Parameters<Prompter['passphrase']>[0]): Promise<PassphraseAnswer | undefined> {
    this.asked.push(`passphrase ${keyFile.split('/').at(-1) ?? ''} ${String(attempt)}`);
    return this.#answers.passphrases?.shift();
  }

  async password({ attempt }: Parameters<Prompter['password']>[0]): Promise<string | undefined> {
    this.asked.push(`password ${String(attempt)}`);
    return this.#answers.passwords?.shift();
  }

  async keyboardInteractive({
    prompts,
  }: Parameters<Prompter['keyboardInteractive']>[0]): Promise<readonly string[] | undefined> {
    this.asked.push(`keyboard ${prompts.map(({ text }) => text).join()}`);
    const answer = this.#answers.keyboard?.shift();
    return answer === undefined ? undefined : [answer];
  }

  async confirmHostKey({ keyType, fingerprint }: Parameters<Prompter['confirmHostKey']>[0]): Promise<boolean> {
    this.asked.push(`host key ${keyType} ${fingerprint}`);
    return this.#answers.trust ?? false;
  }
}

export class Secrets implements SecretStore {
  readonly kept = new Map<string, string>();

  async get(key: string): Promise<string | undefined> {
    return this.kept.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    this.kept.set(key, value);
  }

  async delete(key: string): Promise<void> {
    this.kept.delete(key);
  }
}

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
