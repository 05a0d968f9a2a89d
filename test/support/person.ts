import type { PassphraseAnswer, Prompter, SecretStore } from '../../extension/hosts/index.ts';

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
