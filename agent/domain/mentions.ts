import { shortId } from './container.ts';
import { MAX_EXIT_CODE } from './exit-codes.ts';
import { isStatus } from './foreign-status.ts';
import type { LineWindow } from './line-window.ts';
import { windowAround } from './line-window.ts';
import type { KnownContainer } from './lsp-protocol.ts';
import { ID_TOKEN, MENTION_PATTERNS, NAME_TOKEN, SIGNAL_WORDS } from './mention-patterns.ts';
import type { MentionPattern } from './mention-patterns.ts';
import { parseSignal, signalName } from './signals.ts';
import { parseRfc3339 } from './time.ts';
import type { EpochUs } from './time.ts';

export type MentionSubject =
  | { readonly kind: 'exit-code'; readonly code: number }
  /** Called an exit code, but no byte: of Windows, not decoded, or negative. */
  | { readonly kind: 'foreign-status'; readonly status: number }
  | { readonly kind: 'signal'; readonly signal: number }
  /** `flag` is the value where a field of that name was seen, such as `"OOMKilled": false`. */
  | { readonly kind: 'oom'; readonly flag?: boolean }
  | { readonly kind: 'crash-loop' }
  | { readonly kind: 'status-unknown' }
  | { readonly kind: 'container-id'; readonly id: string }
  | { readonly kind: 'container-name'; readonly name: string };

/** Something about a container's end that a line says. */
export type Mention = MentionSubject & {
  /** UTF-16 units from the start of the line. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
};

/** Containers that somebody knows, for ids and names that no context gives away. */
export interface KnownContainers {
  /** The first 12 digits of their ids. */
  readonly shortIds: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

export const NOTHING_KNOWN: KnownContainers = { shortIds: new Set(), names: new Set() };

export function knownContainers(containers: Iterable<KnownContainer>): KnownContainers {
  const shortIds = new Set<string>();
  const names = new Set<string>();
  for (const { id, name } of containers) {
    shortIds.add(shortId(id));
    if (name !== undefined) names.add(name);
  }
  return { shortIds, names };
}

/**
 * What a line says about the end of containers, in order, without overlaps. Numbers count in context only: a bare 137
 * is never one of them. Of a line longer than LINE_WINDOW only its start is read.
 */
export function findMentions(line: string, known: KnownContainers = NOTHING_KNOWN): readonly Mention[] {
  return findMentionsIn(windowAround(line), known);
}

/** The same in a part of a line; positions are those of the whole line. */
export function findMentionsIn(window: LineWindow, known: KnownContainers = NOTHING_KNOWN): readonly Mention[] {
  const { text, offset } = window;
  const found = [
    ...MENTION_PATTERNS.flatMap((pattern) => [...matchesOf(pattern, text)]),
    ...(known.shortIds.size > 0 ? knownIds(text, known) : []),
    ...(known.names.size > 0 ? knownNames(text, known) : []),
  ];
  return withoutOverlaps(found.filter((mention) => isWhole(mention, window))).map((mention) => ({
    ...mention,
    start: mention.start + offset,
    end: mention.end + offset,
  }));
}

export function mentionAt(mentions: readonly Mention[], character: number): Mention | undefined {
  return mentions.find(({ start, end }) => start <= character && character < end);
}

/** The first RFC 3339 time of a line. Formats without a time zone would only be guesses. */
export function timeIn(text: string): EpochUs | undefined {
  const match = /(?<!\d)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/.exec(text);
  return match === null ? undefined : parseRfc3339(match[0]);
}

function* matchesOf({ kind, expression }: MentionPattern, text: string): Generator<Mention> {
  for (const match of text.matchAll(expression)) {
    const groups = match.groups ?? {};
    const idRange = match.indices?.groups?.['id'];
    const [start, end] = idRange ?? [match.index, match.index + match[0].length];
    const subject = subjectOf(kind, groups);
    if (subject !== undefined) yield { ...subject, start, end };
  }
}

type Groups = Readonly<Record<string, string | undefined>>;

function subjectOf(kind: MentionPattern['kind'], groups: Groups): MentionSubject | undefined {
  switch (kind) {
    case 'exit-code': {
      const code = Number(groups['code']);
      if (code >= 0 && code <= MAX_EXIT_CODE) return { kind, code };
      return isStatus(code) ? { kind: 'foreign-status', status: code } : undefined;
    }
    case 'signal': {
      const signal = signalOf(groups);
      return signal === undefined ? undefined : { kind, signal };
    }
    case 'oom':
      return groups['flag'] === undefined ? { kind } : { kind, flag: groups['flag'] === 'true' };
    case 'container-id':
      return groups['id'] === undefined ? undefined : { kind, id: groups['id'] };
    case 'crash-loop':
    case 'status-unknown':
      return { kind };
  }
}

function signalOf(groups: Groups): number | undefined {
  const written = groups['name'] ?? groups['signal'] ?? '';
  const signal = SIGNAL_WORDS.get(written.toLowerCase()) ?? parseSignal(written);
  return signal !== undefined && signalName(signal).startsWith('SIG') ? signal : undefined;
}

function* knownIds(text: string, known: KnownContainers): Generator<Mention> {
  for (const match of text.matchAll(ID_TOKEN)) {
    const id = match[0];
    if (known.shortIds.has(shortId(id)) && !text.slice(0, match.index).endsWith('sha256:')) {
      yield { kind: 'container-id', id, start: match.index, end: match.index + id.length };
    }
  }
}

function* knownNames(text: string, known: KnownContainers): Generator<Mention> {
  for (const match of text.matchAll(NAME_TOKEN)) {
    const name = known.names.has(match[0]) ? match[0] : match[0].replace(/[.-]$/, '');
    const start = match.index;
    const end = start + name.length;
    if (known.names.has(name) && standsForContainer(name, text, start, end)) {
      yield { kind: 'container-name', name, start, end };
    }
  }
}

const NAMED_BEFORE = /(?:[Cc]ontainer|[Nn]ame)\\?["']?[ \t]{0,2}[:=]?[ \t]{0,16}\\?["']?\/?$/;
const CONTEXT_BEFORE = 40;

/** A container called `web` does not make every `web` of a log a container. */
function standsForContainer(name: string, text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - CONTEXT_BEFORE), start);
  const after = text.slice(end, end + CONTEXT_BEFORE);
  if (/[\w.-]\/$/.test(before) || after.startsWith('/')) return false;
  if (/[\d._-]/.test(name)) return true;
  return (
    NAMED_BEFORE.test(before) ||
    /^ (?:exited|died|was killed)\b/.test(after) ||
    (start === 0 && /^ {1,32}\|/.test(after))
  );
}

/** At a cut edge a number may go on, or a word before it change what it means. */
const EDGE = 16;

function isWhole({ start, end }: Mention, { text, offset, cutAfter }: LineWindow): boolean {
  return (offset === 0 || start >= EDGE) && (!cutAfter || end <= text.length - EDGE);
}

/** The longest wins: it has read the most context. */
function withoutOverlaps(mentions: readonly Mention[]): Mention[] {
  const kept: Mention[] = [];
  const longestFirst = mentions.toSorted((a, b) => b.end - b.start - (a.end - a.start));
  for (const mention of longestFirst) {
    if (kept.every((other) => other.end <= mention.start || mention.end <= other.start)) kept.push(mention);
  }
  return kept.sort((a, b) => a.start - b.start);
}
