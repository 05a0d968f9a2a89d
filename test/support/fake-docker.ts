import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** 'hang' is no answer at all. */
export type Answer = object | string | number;

/** An engine that answers what a test wants, for what a real one would not do on demand. */
export class FakeDocker {
  readonly folder = mkdtempSync(join(tmpdir(), 'inq-fake-'));
  readonly socketPath = join(this.folder, 'docker.sock');
  /** By path without version and query: JSON, a raw text, a status code, or no answer at all. */
  readonly answers = new Map<string, Answer>([['/version', { ApiVersion: '1.41', MinAPIVersion: '1.12' }]]);
  readonly requests: string[] = [];
  readonly #streams = new Set<ServerResponse>();
  #server: Server | undefined;

  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.socketPath, resolve));
  }

  get listeners(): number {
    return this.#streams.size;
  }

  send(event: object | string): void {
    const line = typeof event === 'string' ? event : JSON.stringify(event);
    for (const stream of this.#streams) stream.write(`${line}\n`);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(request.url ?? '');
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
    if (path === '/events') {
      this.#streams.add(response);
      response.on('close', () => this.#streams.delete(response));
      response.writeHead(200).flushHeaders();
      return;
    }
    const answer = this.answers.get(path) ?? (path === '/containers/json' ? [] : 404);
    if (answer === 'hang') return;
    if (typeof answer === 'number') response.writeHead(answer).end(JSON.stringify({ message: 'no' }));
    else response.writeHead(200).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
