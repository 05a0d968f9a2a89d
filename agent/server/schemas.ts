import {
  boolean,
  enum as oneOf,
  number,
  record,
  strictObject,
  string,
  type output,
  type ZodError,
  type ZodType,
} from 'zod';
import { DEATH_ID } from '../domain/death.ts';
import type { RequestMethod, Requests } from '../domain/protocol.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const NAME_LENGTH = 256;
const LABELS = 16;
const MIN_QUERY_LENGTH = 1;
const MAX_EXIT_CODE = 255;

const change = number().int().nonnegative();
const instant = number().int();
const name = string().min(MIN_QUERY_LENGTH).max(NAME_LENGTH);

const labels = record(string().max(NAME_LENGTH), string().max(NAME_LENGTH))
  .refine((record) => Object.keys(record).length <= LABELS)
  .readonly();

const filter = strictObject({
  since: instant.exactOptional(),
  until: instant.exactOptional(),
  cause: name.exactOptional(),
  container: name.exactOptional(),
  image: name.exactOptional(),
  exitCode: number().int().min(0).max(MAX_EXIT_CODE).exactOptional(),
  labels: labels.exactOptional(),
  text: name.exactOptional(),
}).readonly();

const empty = strictObject({}).readonly();

/** What each method accepts, and nothing else: an unknown field is refused. */
const schemas = {
  'inquest/hello': strictObject({
    protocolVersion: number().int().nonnegative(),
    client: strictObject({ name, version: name }).readonly(),
  }).readonly(),
  'inquest/health': empty,
  'deaths/list': strictObject({
    filter: filter.exactOptional(),
    limit: number().int().min(1).max(DEFAULT_LIMITS.pageSize).exactOptional(),
    cursor: change.exactOptional(),
    changedAfter: change.exactOptional(),
    what: oneOf(['deaths', 'wounds', 'all']).exactOptional(),
  }).readonly(),
  'deaths/get': strictObject({ id: string().regex(DEATH_ID) }).readonly(),
  'deaths/explain': strictObject({
    query: name,
    settleMs: number().int().min(0).max(DEFAULT_LIMITS.settleMs).exactOptional(),
  }).readonly(),
  'deaths/subscribe': strictObject({ after: change.exactOptional(), wounds: boolean().exactOptional() }).readonly(),
  'deaths/unsubscribe': empty,
  'containers/list': empty,
  'containers/follow': strictObject({ container: name }).readonly(),
  'containers/unfollow': strictObject({ containerId: name }).readonly(),
} as const satisfies { readonly [M in RequestMethod]: ZodType<Requests[M]['params']> };

export const SCHEMAS: { readonly [M in RequestMethod]: ZodType<Requests[M]['params']> } = schemas;

export function isRequestMethod(method: string): method is RequestMethod {
  return Object.hasOwn(SCHEMAS, method);
}

/** With every optional field required, at any depth: a field that only one side has is an error then. */
type Full<T> = T extends object ? { [K in keyof T]-?: Full<T[K]> } : T;
type Same<A, B> = [A, Full<A>] extends [B, Full<B>] ? ([B, Full<B>] extends [A, Full<A>] ? true : false) : false;
type Drift = {
  [M in RequestMethod]: Same<output<(typeof schemas)[M]>, Requests[M]['params']> extends true ? never : M;
}[RequestMethod];

/** Does not compile when a schema and the protocol's type differ, by so much as an optional field. */
export const NO_DRIFT: [Drift] extends [never] ? true : Drift = true;

const FIELDS: ReadonlySet<unknown> = new Set([
  'protocolVersion',
  'client',
  'name',
  'version',
  'filter',
  'since',
  'until',
  'cause',
  'container',
  'image',
  'exitCode',
  'labels',
  'text',
  'limit',
  'cursor',
  'changedAfter',
  'what',
  'id',
  'query',
  'settleMs',
  'after',
  'wounds',
  'containerId',
]);

/** Names the field that is wrong by our own word for it; never repeats what was sent. */
export function describeMismatch(error: ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The parameters do not fit this method.';
  const path: string[] = [];
  for (const segment of issue.path) {
    if (typeof segment !== 'string' || !FIELDS.has(segment)) break;
    path.push(segment);
    if (segment === 'labels') break;
  }
  const where = path.length === 0 ? 'The parameters' : `The field ${path.join('.')}`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${where} of this method: there is a field that this agent does not know.`;
    case 'too_big':
      return `${where} of this method: too large or too long.`;
    case 'too_small':
      return `${where} of this method: too small or too short.`;
    case 'invalid_type':
      return `${where} of this method: missing or of the wrong type.`;
    default:
      return `${where} of this method: not a valid value.`;
  }
}
