import { createConnection } from 'vscode-languageserver';
import {
  createProtocolConnection,
  LSPErrorCodes,
  ErrorCodes,
  MarkupKind,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import type {
  CancellationToken,
  Connection,
  Hover,
  HoverParams,
  InitializeParams,
  InitializeResult,
  ProtocolConnection,
  WatchDog,
} from 'vscode-languageserver/node';
import { formatBytes } from '../domain/bytes.ts';
import { messageOf } from '../domain/errors.ts';
import { clientDeaths, clientLines } from './client-sources.ts';
import type { DeathSource } from './death-source.ts';
import { OpenDocuments } from './documents.ts';
import { FileLines } from './file-lines.ts';
import { DeathLookup } from './findings.ts';
import { hoverAt } from './hover.ts';
import type { HoverSources } from './hover.ts';
import { openOrOnDisk } from './lines.ts';
import type { Transport } from './transport.ts';
import { readOffers } from './wire.ts';

export interface Services {
  readonly version: string;
  /** Who knows deaths when the client does not say that it does. */
  readonly deaths?: DeathSource;
}

/** As the Language Server Protocol wants it: 0 after `shutdown` and `exit`, 1 when it ended in any other way. */
const EXIT_ORDERLY = 0;
const EXIT_ABRUPT = 1;

/**
 * Serves one editor until it says `exit` or goes away, and resolves to the exit code of the process. Owns no timer and
 * ends no process, so that it also runs inside of another one.
 */
export async function serve(transport: Transport, services: Services): Promise<number> {
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  let protocol: ProtocolConnection | undefined;
  const watchDog: WatchDog = {
    shutdownReceived: false,
    // Whoever starts the server notices that the editor is gone by the transport's end.
    initialize: ({ processId }) => {
      connection.console.debug(`The editor is process ${String(processId)}.`);
    },
    exit: resolve,
  };
  const connection: Connection = createConnection((logger) => {
    protocol = createProtocolConnection(transport.reader, transport.writer, logger);
    protocol.onClose(() => {
      resolve(watchDog.shutdownReceived ? EXIT_ORDERLY : EXIT_ABRUPT);
    });
    return protocol;
  }, watchDog);
  new Session(connection, watchDog, services).listen();
  transport.onSkipped?.((bytes) => {
    connection.console.info(`A message of ${formatBytes(bytes)} was not read. Large files are read from disk.`);
  });
  const code = await ended;
  protocol?.dispose();
  return code;
}

class Session {
  readonly #connection: Connection;
  readonly #watchDog: WatchDog;
  readonly #services: Services;
  readonly #documents = new OpenDocuments();
  #sources: HoverSources | undefined;

  constructor(connection: Connection, watchDog: WatchDog, services: Services) {
    this.#connection = connection;
    this.#watchDog = watchDog;
    this.#services = services;
  }

  listen(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onDidOpenTextDocument((params) => {
      this.#documents.open(params);
    });
    connection.onDidChangeTextDocument((params) => {
      this.#documents.change(params);
    });
    connection.onDidCloseTextDocument((params) => {
      this.#documents.close(params);
    });
    connection.onHover((params, token) => this.#hover(params, token));
    connection.listen();
  }

  #initialize({ capabilities, initializationOptions }: InitializeParams): InitializeResult {
    const offers = readOffers(initializationOptions);
    const formats = capabilities.textDocument?.hover?.contentFormat ?? [];
    const deaths = offers.deaths ? clientDeaths(this.#connection) : this.#services.deaths;
    this.#sources = {
      line: offers.lineAt ? clientLines(this.#connection) : openOrOnDisk(this.#documents, new FileLines()),
      deaths: new DeathLookup(deaths, (error) => {
        this.#connection.console.info(`Deaths could not be looked up: ${messageOf(error)}`);
      }),
      look: {
        format: formats.includes(MarkupKind.Markdown) ? 'markdown' : 'plaintext',
        commandLinks: offers.commandLinks,
      },
    };
    return {
      serverInfo: { name: 'inquest', version: this.#services.version },
      capabilities: {
        positionEncoding: 'utf-16',
        hoverProvider: true,
        // The whole text of a log is never wanted where single lines can be had.
        textDocumentSync: offers.lineAt
          ? { openClose: false, change: TextDocumentSyncKind.None }
          : { openClose: true, change: TextDocumentSyncKind.Incremental },
      },
    };
  }

  async #hover(
    { textDocument: { uri }, position: { line, character } }: HoverParams,
    token: CancellationToken,
  ): Promise<Hover | null | ResponseError> {
    const sources = this.#sources;
    if (sources === undefined) return new ResponseError(ErrorCodes.ServerNotInitialized, 'initialize comes first');
    if (this.#watchDog.shutdownReceived) return new ResponseError(ErrorCodes.InvalidRequest, 'shut down');
    if (!isCount(line) || !isCount(character)) return new ResponseError(ErrorCodes.InvalidParams, 'no such position');
    const controller = new AbortController();
    const registration = token.onCancellationRequested(() => {
      controller.abort();
    });
    try {
      return (await hoverAt({ uri, line, character }, sources, controller.signal)) ?? null;
    } catch (error) {
      if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
      this.#connection.console.info(`No hover: ${messageOf(error)}`);
      return null;
    } finally {
      registration.dispose();
    }
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
