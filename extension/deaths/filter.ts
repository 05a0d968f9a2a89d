import { causeFamily, isCauseId, isUnexpected } from '../../agent/domain/causes.ts';
import type { CauseFamily } from '../../agent/domain/causes.ts';
import { MAX_EXIT_CODE } from '../../agent/domain/exit-codes.ts';
import { toExitCode } from '../../agent/domain/exit-status.ts';
import type { DeathFilter } from '../../agent/domain/protocol.ts';
import type { DeathEntry } from './entry.ts';

/** `is:` takes a family, a cause, or one of these. */
export const STATES = ['unseen', 'unexpected', 'expected', 'incomplete', 'uncertain', 'wounded'] as const;
export type State = (typeof STATES)[number];

const FAMILIES: readonly CauseFamily[] = [
  'oom',
  'stop',
  'kill',
  'crash',
  'limit',
  'exit',
  'start',
  'orchestrator',
  'unknown',
];

type Field = 'is' | 'exit' | 'host' | 'image' | 'name' | 'project' | 'pod' | 'text';

/** One word of a filter. `negated` with a minus in front: `-is:stop`. */
export interface Term {
  readonly field: Field;
  /** In lower case. */
  readonly value: string;
  readonly negated: boolean;
}

/** Every term must hold. */
export interface Filter {
  /** As it was typed, trimmed. Empty: everything. */
  readonly source: string;
  readonly terms: readonly Term[];
}

export const NO_FILTER: Filter = { source: '', terms: [] };

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['is', 'is'],
  ['cause', 'is'],
  ['exit', 'exit'],
  ['code', 'exit'],
  ['host', 'host'],
  ['image', 'image'],
  ['name', 'name'],
  ['container', 'name'],
  ['project', 'project'],
  ['pod', 'pod'],
]);

export type FilterProblem =
  | { readonly kind: 'unknown-state'; readonly value: string }
  | { readonly kind: 'bad-exit-code'; readonly value: string };

/** A word, or `field:word`; either may be quoted to hold blanks. */
const WORD = /(-)?(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi;
const MAX_LENGTH = 500;

/**
 * Reads `is:oom exit:137 host:web-1 some text`. A field that is none (`http://x`) is text. What cannot be met, such
 * as `is:nonsense`, is told as a problem and the filter matches nothing of it.
 */
export function parseFilter(typed: string): { readonly filter: Filter; readonly problems: readonly FilterProblem[] } {
  const source = typed.trim().slice(0, MAX_LENGTH);
  const terms: Term[] = [];
  const problems: FilterProblem[] = [];
  for (const [whole, minus, prefix, quoted, bare] of source.matchAll(WORD)) {
    const field = prefix === undefined ? 'text' : FIELDS.get(prefix.toLowerCase());
    const negated = minus !== undefined;
    const value = (field === undefined ? whole.slice(negated ? 1 : 0) : (quoted ?? bare ?? '')).toLowerCase();
    if (value === '') continue;
    const term: Term = { field: field ?? 'text', value, negated };
    const problem = problemOf(term);
    if (problem !== undefined) problems.push(problem);
    terms.push(term);
  }
  return { filter: { source, terms }, problems };
}

function problemOf({ field, value }: Term): FilterProblem | undefined {
  if (field === 'is' && !isState(value) && !isFamily(value) && !isCauseId(value)) {
    return { kind: 'unknown-state', value };
  }
  if (field === 'exit' && !(/^\d{1,3}$/.test(value) && Number(value) <= MAX_EXIT_CODE)) {
    return { kind: 'bad-exit-code', value };
  }
  return undefined;
}

function isState(value: string): value is State {
  return STATES.some((state) => state === value);
}

function isFamily(value: string): value is CauseFamily {
  return FAMILIES.some((family) => family === value);
}

/** What can be put after `is:`, for a message that says so. */
export const IS_VALUES: readonly string[] = [...STATES, ...FAMILIES];

export function matches(filter: Filter, entry: DeathEntry, hostLabel: string, isSeen: boolean): boolean {
  return filter.terms.every((term) => holds(term, entry, hostLabel, isSeen) !== term.negated);
}

function holds({ field, value }: Term, { death, hostId }: DeathEntry, hostLabel: string, isSeen: boolean): boolean {
  switch (field) {
    case 'is':
      return isIt(value, death, isSeen);
    case 'exit':
      return death.exit !== undefined && toExitCode(death.exit) === Number(value);
    case 'host':
      return [hostId, hostLabel, death.host].some((name) => name.toLowerCase() === value);
    case 'image':
      return contains(death.image, value);
    case 'name':
      return contains(death.containerName, value) || death.containerId.startsWith(value);
    case 'project':
      return contains(death.project, value);
    case 'pod':
      return contains(death.pod, value);
    case 'text':
      return [death.containerName, death.image, death.headline].some((text) => contains(text, value));
  }
}

function isIt(value: string, death: DeathEntry['death'], isSeen: boolean): boolean {
  if (!isState(value)) return death.cause === value || causeFamily(death.cause) === value;
  switch (value) {
    case 'unseen':
      return !isSeen;
    case 'unexpected':
      return isUnexpected(death.cause);
    case 'expected':
      return !isUnexpected(death.cause);
    case 'incomplete':
      return !death.complete;
    case 'uncertain':
      return death.certainty !== 'certain';
    case 'wounded':
      return death.wound !== undefined;
  }
}

function contains(text: string | undefined, value: string): boolean {
  return text?.toLowerCase().includes(value) === true;
}

/** What of the filter the agent can apply, so that pages come filled; the rest is matched here. */
export function toAgentFilter(filter: Filter): DeathFilter | undefined {
  const positive = filter.terms.filter(({ negated }) => !negated);
  const cause = positive.find(({ field, value }) => field === 'is' && !isState(value))?.value;
  const exit = positive.find(({ field, value }) => field === 'exit' && /^\d{1,3}$/.test(value))?.value;
  const texts = positive.filter(({ field }) => field === 'text').map(({ value }) => value);
  const text = texts.toSorted((a, b) => b.length - a.length)[0];
  const wire: DeathFilter = {
    ...(cause !== undefined && (isFamily(cause) || isCauseId(cause)) && { cause }),
    ...(exit !== undefined && { exitCode: Number(exit) }),
    // The agent folds the case of ASCII letters only.
    ...(text !== undefined && /^[\x20-\x7e]+$/.test(text) && { text }),
  };
  return Object.keys(wire).length === 0 ? undefined : wire;
}
