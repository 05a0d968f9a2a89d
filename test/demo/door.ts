import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Editor } from '../support/editor.ts';

const KEY_BYTES = 16;

/**
 * An address that lets its holder into the editor: it sets the editor's cookie, which counts for every port of this
 * machine's loopback, and leads on. Anybody else is turned away.
 */
export class Door {
  readonly #server: Server;
  readonly #key: string;

  private constructor(server: Server, key: string) {
    this.#server = server;
    this.#key = key;
  }

  static async open(editor: Editor, url: string): Promise<Door> {
    const { name, value } = editor.cookie;
    // Not the cookie itself: addresses end up in histories.
    const key = randomBytes(KEY_BYTES).toString('hex');
    const server = createServer((request, response) => {
      const given = new URL(request.url ?? '', 'http://127.0.0.1').searchParams.get('key') ?? '';
      if (!isSame(given, key)) {
        response.writeHead(403, { 'content-type': 'text/plain' }).end('Use the whole address that the demo printed.\n');
        return;
      }
      response
        .writeHead(302, { 'set-cookie': `${name}=${value}; Path=/; HttpOnly; SameSite=Lax`, location: url })
        .end();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Door(server, key);
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the door is closed');
    return `http://127.0.0.1:${String(address.port)}/?key=${this.#key}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function isSame(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}
