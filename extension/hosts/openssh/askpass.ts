import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAX_QUESTION_BYTES = 64 * 1_024;

/** Answers one question of ssh; `undefined` refuses. */
export type Answerer = (question: Question) => Promise<string | undefined>;

export interface Question {
  readonly prompt: string;
  readonly hint: string | undefined;
}

/** ssh calls a program of one argument. Ours hands the question to the socket below and prints the answer. */
const LAUNCHER = `#!/bin/sh
ELECTRON_RUN_AS_NODE=1 exec "$INQUEST_ASKPASS_NODE" "$INQUEST_ASKPASS_MAIN" "$1"
`;
const MAIN = `'use strict';
const socket = require('node:net').connect({ path: process.env.INQUEST_ASKPASS_SOCKET, allowHalfOpen: true });
let answer = '';
socket.on('error', () => process.exit(1));
socket.on('data', (chunk) => (answer += chunk));
socket.on('end', () => {
  if (!answer.startsWith('=')) process.exit(1);
  process.stdout.write(answer.slice(1) + '\\n', () => process.exit(0));
});
socket.end(JSON.stringify({ prompt: process.argv[2] ?? '', hint: process.env.SSH_ASKPASS_PROMPT }));
`;

/** A folder that only we may enter, for the sockets of one ssh. */
export class PrivateFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<PrivateFolder> {
    return new PrivateFolder(await mkdtemp(join(tmpdir(), 'inq-')));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Stands behind SSH_ASKPASS for one ssh. */
export class Askpass {
  readonly environment: Readonly<Record<string, string>>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, environment: Readonly<Record<string, string>>) {
    this.#server = server;
    this.environment = environment;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** The folder must be private: whoever reaches the socket is asked for secrets, and may ask for them. */
  static async start(folder: PrivateFolder, answerer: Answerer): Promise<Askpass> {
    const socket = folder.file('q');
    const launcher = folder.file('askpass');
    const main = folder.file('askpass.cjs');
    await writeFile(launcher, LAUNCHER, { mode: 0o700 });
    await writeFile(main, MAIN, { mode: 0o600 });
    const server = createServer({ allowHalfOpen: true }, (peer) => {
      answer(peer, answerer);
    });
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    server.once('error', reject);
    server.listen(socket, () => {
      resolve(undefined);
    });
    await promise;
    return new Askpass(server, {
      SSH_ASKPASS: launcher,
      SSH_ASKPASS_REQUIRE: 'force',
      // Before OpenSSH 8.4 askpass is called only where there is a display, and no terminal.
      DISPLAY: process.env['DISPLAY'] ?? ':',
      INQUEST_ASKPASS_NODE: process.execPath,
      INQUEST_ASKPASS_MAIN: main,
      INQUEST_ASKPASS_SOCKET: socket,
    });
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

function answer(peer: Socket, answerer: Answerer): void {
  let text = '';
  peer.on('error', () => peer.destroy());
  peer.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.length > MAX_QUESTION_BYTES) peer.destroy();
  });
  peer.on('end', () => {
    const question = parseQuestion(text);
    if (question === undefined) {
      peer.end();
      return;
    }
    answerer(question).then(
      (value) => peer.end(value === undefined ? '' : `=${value}`),
      // ssh takes a program that says nothing for one that was refused.
      () => peer.end(),
    );
  });
}

function parseQuestion(text: string): Question | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('prompt' in value)) return undefined;
    if (typeof value.prompt !== 'string') return undefined;
    const hint = 'hint' in value && typeof value.hint === 'string' ? value.hint : undefined;
    return { prompt: value.prompt, hint };
  } catch {
    // Not of our own program, then.
    return undefined;
  }
}
