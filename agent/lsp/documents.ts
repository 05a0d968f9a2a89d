import type {
  DidChangeTextDocumentParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { MIB } from '../domain/bytes.ts';
import { windowAround } from '../domain/line-window.ts';
import type { LineWindow } from '../domain/line-window.ts';

/** UTF-16 units. Larger documents are read from disk. */
const DOCUMENT_LIMIT = 4 * MIB;
const ALL_LIMIT = 32 * MIB;

/** Documents as a bare editor has them, also unsaved ones, as far as they are small. */
export class OpenDocuments {
  readonly #documents = new Map<string, TextDocument>();
  readonly #limits: { readonly document: number; readonly all: number };

  constructor(limits = { document: DOCUMENT_LIMIT, all: ALL_LIMIT }) {
    this.#limits = limits;
  }

  open({ textDocument: { uri, languageId, version, text } }: DidOpenTextDocumentParams): void {
    this.#put(TextDocument.create(uri, languageId, version, text));
  }

  change({ textDocument, contentChanges }: DidChangeTextDocumentParams): void {
    const document = this.#documents.get(textDocument.uri);
    if (document !== undefined) this.#put(TextDocument.update(document, contentChanges, textDocument.version));
  }

  close({ textDocument }: DidCloseTextDocumentParams): void {
    this.#documents.delete(textDocument.uri);
  }

  has(uri: string): boolean {
    return this.#documents.has(uri);
  }

  window(uri: string, line: number, character: number): LineWindow | undefined {
    const document = this.#documents.get(uri);
    if (document === undefined || line >= document.lineCount) return undefined;
    const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
    return windowAround(text.replace(/[\r\n]{1,2}$/, ''), character);
  }

  /** Forgets what is too large, and what was used longest ago when all together is. */
  #put(document: TextDocument): void {
    this.#documents.delete(document.uri);
    if (sizeOf(document) > this.#limits.document) return;
    this.#documents.set(document.uri, document);
    let size = 0;
    for (const one of [...this.#documents.values()].reverse()) {
      size += sizeOf(one);
      if (size > this.#limits.all) this.#documents.delete(one.uri);
    }
  }
}

/** In UTF-16 units, without copying the text. */
function sizeOf(document: TextDocument): number {
  return document.offsetAt({ line: document.lineCount, character: 0 });
}
