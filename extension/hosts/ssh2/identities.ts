import ssh2, { type BaseAgent, type IdentityCallback, type ParsedKey, type SigningRequestOptions } from 'ssh2';
import { messageOf } from '../../../agent/domain/errors.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import type { Passphrases } from '../passphrases.ts';
import type { HostLog } from '../transport.ts';
import { readKeyFile, type KeyFile } from './key-file.ts';

/** A key that may open the host. */
export interface Identity {
  readonly label: string;
  /** `undefined` when it cannot be had: its passphrase was not given. */
  publicKey(): Promise<ParsedKey | undefined>;
  /** Rejects when it is locked and stays so. */
  sign(data: Buffer, options: SigningRequestOptions): Promise<Buffer>;
}

/**
 * Keys in the order of ssh(1): those of the agent that are also named as files, then the agent's
 * others unless IdentitiesOnly, then the files. A passphrase is asked for only once the server has
 * said that it would take the key.
 */
export async function identitiesOf(
  host: ResolvedHost,
  passphrases: Passphrases,
  log: HostLog,
): Promise<readonly Identity[]> {
  const files = await readFiles(host, log);
  const agentKeys = await agentIdentities(host, log);
  const isNamed = ({ key }: AgentKey): boolean => files.some(({ publicKey }) => publicKey?.equals(key) === true);
  const named = agentKeys.filter(isNamed);
  const others = host.identitiesOnly ? [] : agentKeys.filter((key) => !isNamed(key));
  const isInAgent = ({ publicKey }: KeyFile): boolean =>
    publicKey !== undefined && agentKeys.some(({ key }) => key.equals(publicKey));
  const own = files
    .filter((file) => file.isPrivate && !isInAgent(file))
    .map((file) => new FileIdentity(file, passphrases));
  return [...named, ...others, ...own];
}

async function readFiles({ alias, identityFiles }: ResolvedHost, log: HostLog): Promise<readonly KeyFile[]> {
  const files: KeyFile[] = [];
  for (const path of identityFiles) {
    try {
      const file = await readKeyFile(path);
      if (file === undefined) log.debug(`${alias}: ${path} is not there`);
      else files.push(file);
    } catch (error) {
      log.info(`${alias}: ${messageOf(error)}`);
    }
  }
  return files;
}

async function agentIdentities({ alias, identityAgent }: ResolvedHost, log: HostLog): Promise<readonly AgentKey[]> {
  if (identityAgent === undefined) return [];
  const agent = ssh2.createAgent(identityAgent);
  try {
    const keys = await keysOf(agent);
    return keys.map((key) => new AgentKey(agent, key));
  } catch (error) {
    log.info(`${alias}: the agent ${identityAgent} does not answer: ${messageOf(error)}`);
    return [];
  }
}

async function keysOf(agent: BaseAgent): Promise<readonly ParsedKey[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly ParsedKey[]>();
  agent.getIdentities((error, keys) => {
    if (error !== undefined && error !== null) reject(error);
    else resolve((keys ?? []).flatMap(parsed));
  });
  return promise;
}

type AgentEntry = NonNullable<Parameters<IdentityCallback>[1]>[number];

function parsed(entry: AgentEntry): readonly ParsedKey[] {
  // Agents of ssh2's own answer with keys; its types allow them wrapped once or twice.
  if (typeof entry === 'object' && 'pubKey' in entry) {
    const inner = entry.pubKey;
    return parsed('pubKey' in inner ? inner.pubKey : inner);
  }
  const key = entry;
  const result = ssh2.utils.parseKey(key);
  return result instanceof Error ? [] : [result];
}

class AgentKey implements Identity {
  readonly key: ParsedKey;
  readonly label: string;
  readonly #agent: BaseAgent;

  constructor(agent: BaseAgent, key: ParsedKey) {
    this.#agent = agent;
    this.key = key;
    this.label = `${key.comment} (agent)`;
  }

  publicKey(): Promise<ParsedKey> {
    return Promise.resolve(this.key);
  }

  sign(data: Buffer, options: SigningRequestOptions): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.#agent.sign(this.key, data, options, (error, signature) => {
      if (signature === undefined) reject(error ?? new Error('The agent did not sign.'));
      else resolve(signature);
    });
    return promise;
  }
}

class FileIdentity implements Identity {
  readonly label: string;
  readonly #file: KeyFile;
  readonly #passphrases: Passphrases;
  #unlocked: ParsedKey | undefined;

  constructor(file: KeyFile, passphrases: Passphrases) {
    this.label = file.path;
    this.#file = file;
    this.#passphrases = passphrases;
  }

  async publicKey(): Promise<ParsedKey | undefined> {
    return this.#file.publicKey ?? (await this.#unlock());
  }

  async sign(data: Buffer, { hash }: SigningRequestOptions): Promise<Buffer> {
    const key = await this.#unlock();
    if (key === undefined) throw new Error(`${this.label} is locked.`);
    // It returns what went wrong instead of throwing it, which its types do not say.
    const signature: Buffer | Error = key.sign(data, hash);
    if (signature instanceof Error) throw signature;
    return signature;
  }

  async #unlock(): Promise<ParsedKey | undefined> {
    this.#unlocked ??= this.#file.unlock(undefined);
    while (this.#unlocked === undefined) {
      const passphrase = await this.#passphrases.ask(this.label);
      if (passphrase === undefined) return undefined;
      this.#unlocked = this.#file.unlock(passphrase);
    }
    return this.#unlocked;
  }
}
