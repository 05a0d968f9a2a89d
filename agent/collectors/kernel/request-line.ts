import type { RequestAction } from '../../domain/evidence.ts';
import { parseSignal } from '../../domain/signals.ts';

/** What the first line of an HTTP request asks a runtime for. */
export interface RequestLine {
  readonly action: RequestAction;
  readonly container?: string;
  readonly pod?: string;
  readonly graceSeconds?: number;
  readonly signal?: number;
}

const METHOD = /^(POST|DELETE) (\S*)(.*)$/;
const END = /^ HTTP\/1\.[01]$/;
/** Whatever version and prefix stand before: Docker's `/v1.43`, Podman's `/v4.0.0/libpod`. */
const OBJECT = /\/(containers|pods)\/([^/]+)(?:\/([^/]+))?\/?$/;
/** Without an end the name itself may be cut off. */
const BEGINNING = /\/(containers|pods)\/([^/]+)\//;
/** Names of a container that are none: they stand for all. */
const COLLECTIONS: ReadonlySet<string> = new Set(['create', 'prune', 'json', 'stats']);
const ACTIONS: ReadonlyMap<string, RequestAction> = new Map([
  ['stop', 'stop'],
  ['restart', 'restart'],
  ['kill', 'kill'],
]);
const MOST_SECONDS = 1e9;

/**
 * Reads the line as far as it was seen: a client may write it in pieces, and only the first is known then. What is
 * certainly no request to end a container is `undefined`; what may be one is `unknown`.
 */
export function parseRequestLine(text: string): RequestLine | undefined {
  // Runtimes also take a line that ends without a carriage return.
  const [line = ''] = text.split('\n', 1);
  const [, method, target = '', end = ''] = METHOD.exec(line) ?? [];
  if (method === undefined) return undefined;
  const [path = '', query = ''] = target.split('?', 2);
  if (!END.test(end)) return unfinished(method, path, query !== '' || target.endsWith('?'));
  const [, kind, name = '', verb] = OBJECT.exec(path) ?? [];
  if (kind === undefined) return undefined;
  const options = new URLSearchParams(query);
  const action = actionOf(method, verb, options);
  const object = objectOf(kind, name);
  if (action === undefined || object === undefined) return undefined;
  // A runtime refuses what it does not understand: whatever it then does, somebody else asked for.
  if (!isUnderstood(options)) return { action: 'unknown', ...object };
  return { action, ...object, ...graceOf(options), ...signalOf(options) };
}

function isUnderstood(options: URLSearchParams): boolean {
  const isGiven = (name: string): boolean => (options.get(name) ?? '') !== '';
  return (
    (!isGiven('signal') || signalOf(options).signal !== undefined) &&
    ((!isGiven('t') && !isGiven('timeout')) || graceOf(options).graceSeconds !== undefined)
  );
}

/** A whole path still says what is asked for, though not how. */
function unfinished(method: string, path: string, isWhole: boolean): RequestLine | undefined {
  const [, kind, name = '', verb] = (isWhole ? OBJECT : BEGINNING).exec(path) ?? [];
  if (kind === undefined) return { action: 'unknown' };
  const object = objectOf(kind, name);
  if (object === undefined) return undefined;
  const action = isWhole ? actionOf(method, verb, new URLSearchParams('force=1')) : 'unknown';
  return action === undefined ? undefined : { action, ...object };
}

function actionOf(method: string, verb: string | undefined, options: URLSearchParams): RequestAction | undefined {
  if (method === 'POST') return ACTIONS.get(verb ?? '');
  return verb === undefined && isTrue(options.get('force')) ? 'remove' : undefined;
}

function objectOf(kind: string, name: string): { readonly container: string } | { readonly pod: string } | undefined {
  const reference = decode(name).replace(/^\//, '');
  if (reference === '' || COLLECTIONS.has(reference)) return undefined;
  return kind === 'pods' ? { pod: reference } : { container: reference };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not encoded at all, or by somebody who does not know how: the runtime will not understand it either.
    return text;
  }
}

/** As Go's strconv.ParseBool and Docker's own reading of it. */
function isTrue(value: string | null): boolean {
  return value !== null && !['', '0', 'f', 'no', 'false', 'none'].includes(value.trim().toLowerCase());
}

/** Docker's `t`, Podman's `timeout`. Negative: for ever. */
function graceOf(options: URLSearchParams): { readonly graceSeconds?: number } {
  const text = options.get('t') ?? options.get('timeout');
  if (text === null || !/^-?\d{1,10}$/.test(text)) return {};
  const seconds = Number(text);
  return Math.abs(seconds) > MOST_SECONDS ? {} : { graceSeconds: seconds };
}

function signalOf(options: URLSearchParams): { readonly signal?: number } {
  const signal = parseSignal(options.get('signal') ?? '');
  return signal === undefined ? {} : { signal };
}
