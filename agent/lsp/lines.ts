import { fileURLToPath } from 'node:url';
import type { LineWindow } from '../domain/line-window.ts';
import type { OpenDocuments } from './documents.ts';
import type { FileLines } from './file-lines.ts';

export interface Place {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}

/** Where a hover gets its one line from. */
export type LineSource = (place: Place, signal: AbortSignal) => Promise<LineWindow | undefined>;

/** For editors that only speak the Language Server Protocol: their open documents, and large ones from disk. */
export function openOrOnDisk(documents: OpenDocuments, files: FileLines): LineSource {
  return async ({ uri, line, character }, signal) => {
    if (documents.has(uri)) return documents.window(uri, line, character);
    const path = localPath(uri);
    return path === undefined ? undefined : await files.window(path, line, character, signal);
  };
}

/** `undefined` for what is not a file of this machine. */
export function localPath(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  if (url.protocol !== 'file:' || url.host !== '') return undefined;
  // An encoded slash, which no path has.
  return /%2f/i.test(url.pathname) ? undefined : fileURLToPath(url);
}
