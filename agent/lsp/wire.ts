/** What a client answers, checked: it may be of another version, or not ours at all. */
import { LINE_WINDOW } from '../domain/line-window.ts';
import type { LineWindow } from '../domain/line-window.ts';
import { FOUND_LIMIT, KNOWN_LIMIT } from '../domain/lsp-protocol.ts';
import type { FoundDeath, KnownContainer } from '../domain/lsp-protocol.ts';
import type { Certainty } from '../domain/death.ts';

type Fields = Readonly<Record<string, unknown>>;

const CERTAINTIES: ReadonlySet<unknown> = new Set<Certainty>(['certain', 'likely', 'possible', 'unknown']);

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isCertainty(value: unknown): value is Certainty {
  return CERTAINTIES.has(value);
}

export function readLine(answer: unknown): LineWindow | undefined {
  if (!isFields(answer)) return undefined;
  const { text, offset, cutAfter } = answer;
  if (typeof text !== 'string' || text.length > LINE_WINDOW || !isCount(offset)) return undefined;
  return { text, offset, cutAfter: cutAfter === true };
}

export function readDeaths(answer: unknown): readonly FoundDeath[] {
  return listIn(answer, 'deaths', FOUND_LIMIT, readDeath);
}

export function readKnown(answer: unknown): readonly KnownContainer[] {
  return listIn(answer, 'containers', KNOWN_LIMIT, (one) => {
    const { id, name } = one;
    if (typeof id !== 'string') return undefined;
    return typeof name === 'string' ? { id, name } : { id };
  });
}

export interface Offers {
  readonly lineAt: boolean;
  readonly deaths: boolean;
  readonly commandLinks: boolean;
}

/** `initializationOptions`, see LspClientOptions. */
export function readOffers(options: unknown): Offers {
  const inquest = isFields(options) && isFields(options['inquest']) ? options['inquest'] : {};
  return {
    lineAt: inquest['lineAt'] === true,
    deaths: inquest['deaths'] === true,
    commandLinks: inquest['commandLinks'] === true,
  };
}

function listIn<T>(answer: unknown, field: string, limit: number, read: (one: Fields) => T | undefined): readonly T[] {
  const list: unknown = isFields(answer) ? answer[field] : undefined;
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, limit)
    .filter(isFields)
    .map(read)
    .filter((one) => one !== undefined);
}

function readDeath(one: Fields): FoundDeath | undefined {
  const { id, host, headline, certainty, at, containerName, exitCode } = one;
  if (typeof id !== 'string' || typeof host !== 'string' || typeof headline !== 'string') return undefined;
  if (!isCertainty(certainty) || !isCount(at)) return undefined;
  return {
    id,
    host,
    headline,
    certainty,
    at,
    ...(typeof containerName === 'string' && { containerName }),
    ...(isCount(exitCode) && { exitCode }),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
