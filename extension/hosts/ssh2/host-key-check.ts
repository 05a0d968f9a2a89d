import { displayText } from '../../../agent/domain/display.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import type { HostFailure } from '../failure.ts';
import { decide, type Decision } from '../known-hosts/decide.ts';
import { addKnownHost } from '../known-hosts/files.ts';
import { fingerprintOf, keyTypeName } from '../known-hosts/fingerprint.ts';
import { knownName } from '../known-hosts/match.ts';
import { keyTypeOf, type KnownKey } from '../known-hosts/parse.ts';
import type { HostKeyRequest } from '../prompter.ts';
import type { Attempt, HostLog } from '../transport.ts';

/** Judges the key of one host, before anything else is said to it. ssh2 takes every key unless it is told not to. */
export class HostKeyCheck {
  readonly #host: ResolvedHost;
  readonly #known: readonly KnownKey[];
  readonly #attempt: Attempt;
  readonly #log: HostLog;
  #trusted: Buffer | undefined;
  /** Why the key was refused. */
  failure: HostFailure | undefined;

  constructor(host: ResolvedHost, known: readonly KnownKey[], attempt: Attempt, log: HostLog) {
    this.#host = host;
    this.#known = known;
    this.#attempt = attempt;
    this.#log = log;
  }

  get passed(): boolean {
    return this.#trusted !== undefined;
  }

  async verify(key: Buffer): Promise<boolean> {
    // Keys are exchanged again within a long connection.
    if (this.#trusted?.equals(key) === true) return true;
    const { hostName: host, port, hostKeyAlias, strictHostKeyChecking } = this.#host;
    const decision = decide({ host, port, hostKeyAlias, key }, this.#known, strictHostKeyChecking);
    if (!(await this.#trust(decision, key))) return false;
    this.#trusted = key;
    return true;
  }

  async #trust(decision: Decision, key: Buffer): Promise<boolean> {
    switch (decision.kind) {
      case 'trust':
        if (decision.add) await this.#add(key);
        return true;
      case 'deny': {
        const place = decision.place === undefined ? {} : { file: decision.place.file, line: decision.place.line };
        this.failure = { ...this.#failed(key), problem: decision.problem, ...place };
        return false;
      }
      case 'ask': {
        const { prompter, signal } = this.#attempt;
        if (prompter === undefined) {
          this.failure = { ...this.#failed(key), problem: 'unknown' };
          return false;
        }
        if (await prompter.confirmHostKey(this.#request(key, decision.others), signal)) {
          await this.#add(key);
          return true;
        }
        this.failure = { ...this.#failed(key), problem: 'rejected' };
        return false;
      }
    }
  }

  #failed(key: Buffer): { reason: 'host-key'; host: string; fingerprint: string; keyType: string } {
    return { reason: 'host-key', host: this.#host.alias, fingerprint: fingerprintOf(key), keyType: typeOf(key) };
  }

  #request(key: Buffer, others: readonly KnownKey[]): HostKeyRequest {
    const { hostName, port } = this.#host;
    const otherKeys = others.map(({ type, file, line }) => ({ keyType: displayText(keyTypeName(type)), file, line }));
    return {
      host: displayText(knownName(hostName, port)),
      keyType: typeOf(key),
      fingerprint: fingerprintOf(key),
      otherKeys,
    };
  }

  async #add(key: Buffer): Promise<void> {
    const { hostName, port, hostKeyAlias, hashKnownHosts, userKnownHostsFiles } = this.#host;
    const [file] = userKnownHostsFiles;
    if (file === undefined) return;
    try {
      await addKnownHost(file, hostKeyAlias ?? knownName(hostName, port), key, hashKnownHosts);
      this.#log.info(`${this.#host.alias}: its ${typeOf(key)} key ${fingerprintOf(key)} is now in ${file}`);
    } catch (error) {
      // As ssh does: the key is trusted this time, and asked for again the next.
      this.#log.warn(`${this.#host.alias}: its key could not be added to ${file}: ${messageOf(error)}`);
    }
  }
}

function typeOf(key: Buffer): string {
  return displayText(keyTypeName(keyTypeOf(key) ?? 'unknown'));
}
