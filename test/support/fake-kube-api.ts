import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from './kube-objects.ts';

/**
 * The part of an API server that lists and watches, on the wire as the real one: HTTPS, bearer tokens, pages,
 * selectors by field, chunked JSON, bookmarks, resource versions and 410 Gone. There is no real one to be had here.
 */
export class FakeKubeApi {
  readonly folder = mkdtempSync(join(tmpdir(), 'kube-'));
  readonly token = 'token-of-the-agent';
  /** Method and path of each request, in order. */
  readonly requests: string[] = [];
  /** Resources that the account may not read. */
  readonly forbidden = new Set<string>();
  acceptedToken = this.token;
  readonly #server: Server;
  readonly #stores: Readonly<Record<string, Store>> = { pods: new Store(), events: new Store() };
  readonly #streams = new Set<Stream>();
  /** Those still shaking hands too, of which the server itself does not know. */
  readonly #sockets = new Set<Socket>();
  #version = 1_000;
  /** Watches from before this version are answered with 410. */
  #oldest = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeKubeApi> {
    let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
    const server = createServer((request, response) => {
      answer(request, response);
    });
    const api = new FakeKubeApi(server);
    answer = (request, response) => {
      api.#answer(request, response);
    };
    server.setSecureContext(api.#certificate());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return (address satisfies AddressInfo).port;
  }

  get url(): string {
    return `https://127.0.0.1:${String(this.port)}`;
  }

  get caFile(): string {
    return join(this.folder, 'ca.crt');
  }

  /** As `kubectl config` writes it. */
  kubeconfig(user: object = { token: this.token }): string {
    const path = join(this.folder, 'kubeconfig');
    const quoted = JSON.stringify(user);
    writeFileSync(
      path,
      [
        'apiVersion: v1',
        'kind: Config',
        'current-context: lab',
        'contexts:',
        '- name: lab',
        '  context: { cluster: lab, user: agent }',
        'clusters:',
        '- name: lab',
        '  cluster:',
        '    certificate-authority: ca.crt',
        `    server: ${this.url}`,
        'users:',
        '- name: agent',
        `  user: ${quoted}`,
        '',
      ].join('\n'),
      { mode: 0o600 },
    );
    return path;
  }

  put(resource: 'pods' | 'events', object: KubeObject): void {
    const store = this.#store(resource);
    const key = String(object.metadata['uid']);
    const type = store.objects.has(key) ? 'MODIFIED' : 'ADDED';
    this.#change(resource, type, this.#stamped(object));
  }

  delete(resource: 'pods' | 'events', object: KubeObject): void {
    this.#change(resource, 'DELETED', this.#stamped(object));
  }

  /** The history up to now is forgotten, as etcd does every five minutes. */
  compact(): void {
    this.#oldest = this.#version;
  }

  /** What was compacted ends running watches, too. */
  expireWatches(): void {
    this.compact();
    for (const { response } of this.#streams) {
      const gone = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 };
      response.end(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`);
    }
  }

  bookmark(): void {
    this.#version += 1;
    const metadata = { resourceVersion: String(this.#version) };
    for (const { response } of this.#streams) {
      response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Pod', metadata } })}\n`);
    }
  }

  /** Sends something that is no event of a watch. */
  garble(): void {
    for (const { response } of this.#streams) response.write('{"type":"ADDED","object":\n{"type":"MODIFIED"}\n');
  }

  get watches(): number {
    return this.#streams.size;
  }

  /** Cuts every connection; new ones are taken. */
  cut(): void {
    for (const { response } of this.#streams) response.socket?.destroy();
    this.#streams.clear();
  }

  /** Stops to listen. */
  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async stop(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Listens again, on the port that it had. */
  async restart(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  #store(resource: string): Store {
    const store = this.#stores[resource];
    if (store === undefined) throw new Error(`no such resource: ${resource}`);
    return store;
  }

  #stamped(object: KubeObject): KubeObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #change(resource: string, type: Change['type'], object: KubeObject): void {
    const store = this.#store(resource);
    const key = String(object.metadata['uid']);
    if (type === 'DELETED') store.objects.delete(key);
    else store.objects.set(key, object);
    const change = { type, object, version: this.#version };
    store.history.push(change);
    for (const stream of this.#streams) if (stream.resource === resource) send(stream, change);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://kubernetes');
    this.requests.push(`${pathname}${searchParams.has('watch') ? ' watch' : ''}`);
    if (request.headers.authorization !== `Bearer ${this.acceptedToken}`) {
      refuse(response, 401, 'Unauthorized');
      return;
    }
    if (pathname === '/version') {
      reply(response, 200, { major: '1', minor: '31', gitVersion: 'v1.31.2' });
      return;
    }
    const [, namespace, resource] = /^\/api\/v1\/(?:namespaces\/([^/]+)\/)?(pods|events)$/.exec(pathname) ?? [];
    if (namespace !== undefined) searchParams.append('fieldSelector', `metadata.namespace=${namespace}`);
    if (resource === undefined) refuse(response, 404, 'the server could not find the requested resource');
    else if (this.forbidden.has(resource)) refuse(response, 403, `${resource} is forbidden`);
    else if (searchParams.has('watch')) this.#watch(resource, searchParams, response);
    else this.#list(resource, searchParams, response);
  }

  #list(resource: string, query: URLSearchParams, response: ServerResponse): void {
    const fits = selector(query);
    const all = [...this.#store(resource).objects.values()].filter(fits);
    const from = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? all.length);
    const items = all.slice(from, from + limit);
    const more = from + limit < all.length ? { continue: String(from + limit) } : {};
    reply(response, 200, { kind: 'List', metadata: { resourceVersion: String(this.#version), ...more }, items });
  }

  #watch(resource: string, query: URLSearchParams, response: ServerResponse): void {
    const since = Number(query.get('resourceVersion'));
    if (since < this.#oldest) {
      refuse(response, 410, 'too old resource version');
      return;
    }
    response.writeHead(200, { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' });
    response.flushHeaders();
    const stream: Stream = { resource, fits: selector(query), response };
    this.#streams.add(stream);
    response.on('close', () => this.#streams.delete(stream));
    for (const change of this.#store(resource).history) if (change.version > since) send(stream, change);
  }

  #certificate(): { readonly cert: Buffer; readonly key: Buffer } {
    const key = join(this.folder, 'ca.key');
    const subject = ['-subj', '/CN=kubernetes', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', this.caFile], {
      stdio: 'ignore',
    });
    return { cert: readFileSync(this.caFile), key: readFileSync(key) };
  }
}

class Store {
  readonly objects = new Map<string, KubeObject>();
  readonly history: Change[] = [];
}

interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  readonly version: number;
}

interface Stream {
  readonly resource: string;
  readonly fits: (object: KubeObject) => boolean;
  readonly response: ServerResponse;
}

function send({ fits, response }: Stream, { type, object }: Change): void {
  if (fits(object)) response.write(`${JSON.stringify({ type, object })}\n`);
}

/** `spec.nodeName=n1,reason!=Pulled`. */
function selector(query: URLSearchParams): (object: KubeObject) => boolean {
  const terms = query
    .getAll('fieldSelector')
    .flatMap((text) => text.split(','))
    .map((term) => /^([\w.]+)(!?=)(.*)$/.exec(term));
  return (object) =>
    terms.every((term) => {
      if (term === null) return true;
      const [, path = '', operator, wanted] = term;
      const value = path.split('.').reduce<unknown>(fieldOf, object);
      return (value === wanted) === (operator === '=');
    });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, code: number, message: string): void {
  reply(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });
}
