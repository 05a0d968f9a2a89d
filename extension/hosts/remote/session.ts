import { PassThrough, pipeline, type Readable, type Writable } from 'node:stream';
import type { AgentStreams } from '../transport.ts';
import { FACTS_BEGIN, FACTS_END, parseFacts, type HostFacts } from './facts.ts';

/** A shell's greeting before our lines is dropped, but not without end. */
const NOISE_LIMIT_BYTES = 64 * 1_024;

/** The session did not become what the script makes of it: the account runs no commands, or something else. */
export class SessionFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SessionFailed';
  }
}

/** `sudo -n` does not run the command: it wants a password, forbids it, or is not there. */
export class SudoRefused extends Error {
  constructor() {
    super('sudo -n does not run the command.');
    this.name = 'SudoRefused';
  }
}

/**
 * The near end of the session script over any pair of streams. Lines are read until the session is
 * turned into the agent's stream; from then on nothing here touches it.
 */
export class HostSession {
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #facts: Promise<HostFacts>;
  #buffered: Buffer = Buffer.alloc(0);
  #noise = 0;
  #wake: (() => void) | undefined;
  #end: Error | undefined;
  #dialed = false;

  constructor(readable: Readable, writable: Writable) {
    this.#readable = readable;
    this.#writable = writable;
    readable.on('data', this.#onData);
    readable.on('end', this.#onEnd);
    readable.on('close', this.#onEnd);
    readable.on('error', this.#onError);
    writable.on('error', this.#onError);
    this.#facts = this.#readFacts();
    // Whoever asks for facts gets the rejection; nobody may ask.
    this.#facts.catch(this.#onError);
  }

  facts(): Promise<HostFacts> {
    return this.#facts;
  }

  /** Whether `inquest dial-stdio` reaches the agent. */
  async answers(): Promise<boolean> {
    await this.#facts;
    this.#writable.write('check\n');
    return (await this.#line()) === 'answers yes';
  }

  /** Turns the session into the agent's stream. Only once. Rejects with SudoRefused, after which it still listens. */
  async dial(sudo: boolean): Promise<AgentStreams> {
    await this.#facts;
    if (this.#dialed) throw new SessionFailed('The session is the agent’s stream already.');
    this.#writable.write(sudo ? 'sudo\n' : 'dial\n');
    if (sudo && (await this.#line()) !== 'sudo yes') throw new SudoRefused();
    this.#dialed = true;
    const readable = this.#readable;
    readable.off('data', this.#onData);
    readable.off('end', this.#onEnd);
    readable.off('close', this.#onEnd);
    // A stream that was read once and paused would wait for a resume() that its next reader does not know of.
    const rest = new PassThrough();
    // What came in one piece with the last line is the agent's already.
    rest.write(this.#buffered);
    pipeline(readable, rest, (error) => {
      if (error instanceof Error) this.#onError(error);
    });
    return { readable: rest, writable: this.#writable };
  }

  async #readFacts(): Promise<HostFacts> {
    const isBegin = (line: string): boolean => line.endsWith(FACTS_BEGIN);
    while (!isBegin(await this.#line())) continue;
    const lines: string[] = [];
    for (let line = await this.#line(); line !== FACTS_END; line = await this.#line()) lines.push(line);
    const facts = parseFacts(lines);
    if (facts === undefined) throw new SessionFailed('The host says nothing of the agent.');
    return facts;
  }

  async #line(): Promise<string> {
    for (;;) {
      const newline = this.#buffered.indexOf('\n');
      if (newline !== -1) {
        const line = this.#buffered.toString('utf8', 0, newline);
        this.#buffered = this.#buffered.subarray(newline + 1);
        return line.replace(/\r$/, '');
      }
      if (this.#end !== undefined) throw this.#end;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#wake = () => {
        resolve(undefined);
      };
      await promise;
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#noise += chunk.length;
    if (this.#noise > NOISE_LIMIT_BYTES) {
      this.#onError(new SessionFailed('The host says more than the session would.'));
      return;
    }
    this.#buffered = Buffer.concat([this.#buffered, chunk]);
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#onError(new SessionFailed('The session ended before it began.'));
  };

  readonly #onError = (error: Error): void => {
    this.#end ??= error;
    this.#wake?.();
  };
}
