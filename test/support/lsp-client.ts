import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PassThrough } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { serve } from '../../agent/lsp/serve.ts';
import type { Services } from '../../agent/lsp/serve.ts';
import { streamTransport } from '../../agent/lsp/transport.ts';
import { plainEnvironment } from './inquest.ts';
import { streamConnection } from './json-rpc.ts';

export interface HoverAnswer {
  readonly contents: { readonly kind: string; readonly value: string };
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
}

export interface InitializeAnswer {
  readonly serverInfo: { readonly name: string; readonly version: string };
  readonly capabilities: {
    readonly hoverProvider: boolean;
    readonly positionEncoding: string;
    readonly textDocumentSync: { readonly openClose: boolean; readonly change: number };
  };
}

export interface InitializeOptions {
  readonly markdown?: boolean;
  readonly options?: unknown;
}

/** As little of an editor as the Language Server Protocol asks for. */
export class LspClient {
  readonly connection: MessageConnection;
  /** What the server wrote to the editor's log. */
  readonly logged: string[] = [];

  constructor(input: Readable, output: Writable) {
    this.connection = streamConnection(input, output);
    this.connection.onNotification('window/logMessage', ({ message }: { readonly message: string }) => {
      this.logged.push(message);
    });
    this.connection.listen();
  }

  async initialize({ markdown = true, options }: InitializeOptions = {}): Promise<InitializeAnswer> {
    const answer: InitializeAnswer = await this.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        textDocument: { hover: { contentFormat: markdown ? ['markdown', 'plaintext'] : ['plaintext'] } },
      },
      ...(options !== undefined && { initializationOptions: options }),
    });
    await this.connection.sendNotification('initialized', {});
    return answer;
  }

  async open(uri: string, text: string): Promise<void> {
    const textDocument = { uri, languageId: 'log', version: 1, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  async hover(uri: string, line: number, character: number): Promise<HoverAnswer | null> {
    return await this.connection.sendRequest('textDocument/hover', {
      textDocument: { uri },
      position: { line, character },
    });
  }

  async shutdown(): Promise<void> {
    await this.connection.sendRequest('shutdown');
  }

  async exit(): Promise<void> {
    await this.connection.sendNotification('exit');
  }
}

export interface ServedInProcess extends AsyncDisposable {
  readonly client: LspClient;
  /** Ends the editor's side as a crash would. */
  hangUp(): void;
  readonly ended: Promise<number>;
}

/** A server and a client on two pipes, without a process between them. */
export function serveInProcess(services: Partial<Services> = {}): ServedInProcess {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const ended = serve(streamTransport(toServer, toClient), { version: '1.2.3', ...services });
  const client = new LspClient(toClient, toServer);
  return {
    client,
    ended,
    hangUp: () => toServer.end(),
    [Symbol.asyncDispose]: async () => {
      toServer.end();
      await ended;
      client.connection.dispose();
    },
  };
}

const MAIN = fileURLToPath(new URL('../../agent/cli/main.ts', import.meta.url));

export interface LspProcess extends AsyncDisposable {
  readonly client: LspClient;
  readonly stdin: Writable;
  readonly pid: number;
  /** The exit code; -1 when a signal ended it. */
  readonly ended: Promise<number>;
  readonly stderr: () => string;
}

/** `inquest lsp --stdio` as another editor starts it. */
export function startLsp(args: readonly string[] = ['--socket', '/nonexistent/agent.sock']): LspProcess {
  const child = spawn(process.execPath, [MAIN, 'lsp', '--stdio', ...args], {
    env: plainEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  // A server that has ended takes no more: its exit code tells.
  child.stdin.on('error', (error) => {
    stderr += `stdin: ${error.message}\n`;
  });
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : -1));
  const client = new LspClient(child.stdout, child.stdin);
  return {
    client,
    stdin: child.stdin,
    pid: child.pid ?? 0,
    ended,
    stderr: () => stderr,
    [Symbol.asyncDispose]: async () => {
      client.connection.dispose();
      child.kill('SIGKILL');
      await ended;
    },
  };
}
