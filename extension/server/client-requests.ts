import { windowAround } from '../../agent/domain/line-window.ts';
import type { LineWindow } from '../../agent/domain/line-window.ts';
import type {
  FindDeathsParams,
  LineAtParams,
  LspClientMethod,
  LspClientOptions,
  LspClientRequests,
} from '../../agent/domain/lsp-protocol.ts';

type Params<M extends LspClientMethod> = LspClientRequests[M]['params'];
type Result<M extends LspClientMethod> = LspClientRequests[M]['result'];

/** What the extension answers the language server. Deaths within 300 ms, or the hover does without them. */
export type ClientHandlers = {
  readonly [M in LspClientMethod]: (params: Params<M>) => Result<M> | Promise<Result<M>>;
};

/** `initializationOptions` of our own client. */
export const CLIENT_OPTIONS: LspClientOptions = { inquest: { lineAt: true, deaths: true, commandLinks: true } };

/** What hovers are for. Of source code, only data that is often pasted. */
export const HOVER_DOCUMENTS: readonly {
  readonly language?: string;
  readonly scheme?: string;
  readonly pattern?: string;
}[] = [
  { language: 'log' },
  { language: 'Log' },
  { pattern: '**/*.{log,log.*,out,err}' },
  { scheme: 'output' },
  { scheme: 'inquest-log' },
  { language: 'plaintext' },
  { language: 'json' },
  { language: 'jsonc' },
  { language: 'jsonl' },
  { language: 'yaml' },
];

interface Disposable {
  dispose(): void;
}

/** The part of a LanguageClient that this needs. */
export interface RequestReceiver {
  onRequest(method: string, handler: (params: never) => unknown): Disposable;
}

/** Before the client is started, so that no request of the server comes too early. */
export function answerServer(client: RequestReceiver, handlers: ClientHandlers): readonly Disposable[] {
  return [
    client.onRequest('inquest/lineAt' satisfies LspClientMethod, (params: LineAtParams) =>
      handlers['inquest/lineAt'](params),
    ),
    client.onRequest('inquest/findDeaths' satisfies LspClientMethod, (params: FindDeathsParams) =>
      handlers['inquest/findDeaths'](params),
    ),
    client.onRequest('inquest/knownContainers' satisfies LspClientMethod, () =>
      handlers['inquest/knownContainers']({}),
    ),
  ];
}

/** The part of a vscode.TextDocument that this needs. */
export interface LineDocument {
  readonly lineCount: number;
  lineAt(line: number): { readonly text: string };
}

/** The answer to `inquest/lineAt` out of the editor's own model of the document. */
export function lineOf(document: LineDocument | undefined, { line, character }: LineAtParams): LineWindow | null {
  if (document === undefined || line >= document.lineCount) return null;
  return windowAround(document.lineAt(line).text, character);
}
