import { resolve } from 'node:path';
import type { PassphraseRequest, Prompter, SecretStore } from './prompter.ts';

const PREFIX = 'inquest.passphrase:';

function keyOf(keyFile: string): string {
  return `${PREFIX}${resolve(keyFile)}`;
}

/** Forgets what was remembered for these key files. */
export async function forgetPassphrases(secrets: SecretStore, keyFiles: readonly string[]): Promise<void> {
  for (const keyFile of keyFiles) await secrets.delete(keyOf(keyFile));
}

/**
 * Passphrases for one attempt to connect: what was remembered first, then the person, if there is
 * one. They are kept nowhere but in the secret store, and there only when the person asks for it.
 */
export class Passphrases {
  readonly #host: string;
  readonly #secrets: SecretStore | undefined;
  readonly #prompter: Prompter | undefined;
  readonly #signal: AbortSignal;
  /** How often each key's passphrase was asked for; a second time means that the first was wrong. */
  readonly #attempts = new Map<string, number>();
  readonly #remembered = new Set<string>();

  constructor(host: string, secrets: SecretStore | undefined, prompter: Prompter | undefined, signal: AbortSignal) {
    this.#host = host;
    this.#secrets = secrets;
    this.#prompter = prompter;
    this.#signal = signal;
  }

  /** Asked again for the same key, the passphrase before was wrong. `undefined` when there is none to be had. */
  async ask(keyFile: string): Promise<string | undefined> {
    const key = keyOf(keyFile);
    const isFirst = !this.#attempts.has(key) && !this.#remembered.has(key);
    if (this.#remembered.delete(key)) await this.#secrets?.delete(key);
    if (isFirst) {
      const remembered = await this.#secrets?.get(key);
      if (remembered !== undefined) {
        this.#remembered.add(key);
        return remembered;
      }
    }
    return this.#askPerson(key, keyFile);
  }

  async #askPerson(key: string, keyFile: string): Promise<string | undefined> {
    if (this.#prompter === undefined) return undefined;
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    const request: PassphraseRequest = {
      host: this.#host,
      keyFile,
      attempt,
      canRemember: this.#secrets !== undefined,
    };
    const answer = await this.#prompter.passphrase(request, this.#signal);
    if (answer === undefined) return undefined;
    if (answer.remember && this.#secrets !== undefined) {
      await this.#secrets.store(key, answer.passphrase);
      // Should it be wrong, the next question takes it out again.
      this.#remembered.add(key);
    }
    return answer.passphrase;
  }
}
