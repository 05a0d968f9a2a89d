import ssh2, {
  type AnyAuthMethod,
  type IdentityCallback,
  type NextAuthHandler,
  type ParsedKey,
  type Prompt,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { displayText } from '../../../agent/domain/display.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import type { HostFailure } from '../failure.ts';
import type { Prompter } from '../prompter.ts';
import type { Attempt, HostLog } from '../transport.ts';
import type { Identity } from './identities.ts';

const TRIES = 3;
const SHOWN_CHARACTERS = 1_024;

/**
 * Offers one credential after another, by what the server says it still takes: keys, then
 * keyboard-interactive, then a password. Where several are asked for in turn (2FA), it goes on with
 * what is missing.
 */
export class Authenticator {
  readonly #host: ResolvedHost;
  readonly #attempt: Attempt;
  readonly #log: HostLog;
  readonly #plan: AsyncGenerator<AnyAuthMethod, void, undefined>;
  #offered: readonly string[] = [];

  constructor(host: ResolvedHost, identities: () => Promise<readonly Identity[]>, attempt: Attempt, log: HostLog) {
    this.#host = host;
    this.#attempt = attempt;
    this.#log = log;
    this.#plan = this.#methods(identities);
  }

  get failure(): HostFailure {
    const { alias: host, user } = this.#host;
    const methods = this.#offered.map((method) => displayText(method));
    return { reason: 'authentication', host, user, methods, attended: this.#attempt.prompter !== undefined };
  }

  /** ssh2's authHandler. `onExhausted` is called when there is nothing left to offer, or nobody to be asked. */
  handler(
    onExhausted: (error: unknown) => void,
  ): (left: readonly string[] | null, partial: boolean, next: NextAuthHandler) => void {
    return (left, _partial, next) => {
      if (left !== null) this.#offered = left;
      this.#plan.next().then(({ done, value }) => {
        if (done === true) onExhausted(undefined);
        else next(value);
      }, onExhausted);
    };
  }

  #takes(method: string): boolean {
    return this.#offered.includes(method);
  }

  async *#methods(identities: () => Promise<readonly Identity[]>): AsyncGenerator<AnyAuthMethod, void, undefined> {
    const { user: username, allows } = this.#host;
    const { prompter } = this.#attempt;
    const none: AnyAuthMethod = { type: 'none', username };
    const keyboard =
      prompter === undefined || !allows.keyboardInteractive
        ? undefined
        : new Keyboard(this.#host, prompter, this.#attempt.signal);
    const password =
      prompter === undefined || !allows.password ? undefined : new Password(this.#host, prompter, this.#attempt.signal);
    let keys: Identity[] | undefined;
    // Tells what the server takes; the account may even need nothing.
    yield none;
    for (;;) {
      if (allows.publickey && this.#takes('publickey') && keys?.length !== 0) {
        keys ??= [...(await identities())];
        yield* this.#offerKey(keys.shift(), none, keys);
      } else if (keyboard?.isLeft === true && this.#takes('keyboard-interactive')) {
        yield keyboard.method();
      } else if (password?.isLeft === true && this.#takes('password')) {
        const method = await password.method();
        if (method !== undefined) yield method;
      } else {
        return;
      }
    }
  }

  async *#offerKey(
    identity: Identity | undefined,
    none: AnyAuthMethod,
    left: readonly Identity[],
  ): AsyncGenerator<AnyAuthMethod, void, undefined> {
    const key = await identity?.publicKey();
    const outcome = { signed: false };
    if (identity !== undefined && key !== undefined) {
      this.#log.debug(`${this.#host.alias}: offering ${identity.label}`);
      const agent = new OneKey(identity, key, (error) => {
        outcome.signed = error === undefined;
        if (error !== undefined) this.#log.info(`${this.#host.alias}: ${identity.label}: ${messageOf(error)}`);
      });
      yield { type: 'agent', username: this.#host.user, agent };
    }
    // After keys of an agent ssh2 hides what the server still takes, and that a key was one of two factors.
    if (outcome.signed || left.length === 0) yield none;
  }
}

/** Lets ssh2 try one key at a time, and sign without holding it. */
class OneKey extends ssh2.BaseAgent<ParsedKey> {
  readonly #identity: Identity;
  readonly #key: ParsedKey;
  readonly #onSigned: (error: unknown) => void;

  constructor(identity: Identity, key: ParsedKey, onSigned: (error: unknown) => void) {
    super();
    this.#identity = identity;
    this.#key = key;
    this.#onSigned = onSigned;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key]);
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const done = typeof options === 'function' ? options : callback;
    this.#identity.sign(data, typeof options === 'function' ? {} : options).then(
      (signature) => {
        this.#onSigned(undefined);
        done?.(undefined, signature);
      },
      (error: unknown) => {
        this.#onSigned(error);
        done?.(error instanceof Error ? error : new Error(messageOf(error)));
      },
    );
  }
}

class Password {
  readonly #host: ResolvedHost;
  readonly #prompter: Prompter;
  readonly #signal: AbortSignal;
  #attempt = 0;

  constructor(host: ResolvedHost, prompter: Prompter, signal: AbortSignal) {
    this.#host = host;
    this.#prompter = prompter;
    this.#signal = signal;
  }

  get isLeft(): boolean {
    return this.#attempt < TRIES;
  }

  async method(): Promise<AnyAuthMethod | undefined> {
    this.#attempt += 1;
    const { alias: host, user: username } = this.#host;
    const password = await this.#prompter.password({ host, user: username, attempt: this.#attempt }, this.#signal);
    if (password !== undefined) return { type: 'password', username, password };
    this.#attempt = TRIES;
    return undefined;
  }
}

class Keyboard {
  readonly #host: ResolvedHost;
  readonly #prompter: Prompter;
  readonly #signal: AbortSignal;
  #attempt = 0;

  constructor(host: ResolvedHost, prompter: Prompter, signal: AbortSignal) {
    this.#host = host;
    this.#prompter = prompter;
    this.#signal = signal;
  }

  get isLeft(): boolean {
    return this.#attempt < TRIES;
  }

  method(): AnyAuthMethod {
    this.#attempt += 1;
    return {
      type: 'keyboard-interactive',
      username: this.#host.user,
      prompt: (name, instructions, _language, prompts, finish) => {
        this.#ask(name, instructions, prompts).then(finish, () => {
          this.#giveUp(prompts, finish);
        });
      },
    };
  }

  async #ask(name: string, instructions: string, prompts: readonly Prompt[]): Promise<string[]> {
    const request = {
      host: this.#host.alias,
      name: displayText(name, SHOWN_CHARACTERS),
      instructions: displayText(instructions, SHOWN_CHARACTERS),
      prompts: prompts.map(({ prompt, echo }) => ({
        text: displayText(prompt, SHOWN_CHARACTERS),
        echo: echo === true,
      })),
    };
    const answers = await this.#prompter.keyboardInteractive(request, this.#signal);
    if (answers === undefined) this.#attempt = TRIES;
    return prompts.map((_, index) => answers?.[index] ?? '');
  }

  /** The server waits for as many answers as it asked questions, whatever became of them. */
  #giveUp(prompts: readonly Prompt[], finish: (answers: string[]) => void): void {
    this.#attempt = TRIES;
    finish(prompts.map(() => ''));
  }
}
