import { SECRET_PATTERNS, type SecretPattern } from './secret-patterns.ts';
import { looksRandom } from './secret-shape.ts';

/**
 * Takes secrets out of text before anybody, the store included, sees it. Everything here is linear in
 * the length of the input: patterns start at fixed words, repeat within bounds, and repeat without
 * bounds only as their last part, which cannot fail and is consumed.
 */
export const REDACTED = '[redacted]';

/** Longer input is cut here, never passed on unread. */
export const REDACT_LIMIT = 65_536;

export interface RedactedText {
  readonly text: string;
  /** How many secrets were taken out. */
  readonly count: number;
}

/** One text, which may have several lines. A private key is taken out over lines, to its end or the text's. */
export function redactText(input: string): RedactedText {
  const cut = input.length > REDACT_LIMIT ? `${input.slice(0, REDACT_LIMIT)}…` : input;
  const keys = redactPrivateKeys(cut);
  let { text, count } = keys;
  for (const pattern of SECRET_PATTERNS) {
    const next = applyPattern(text, pattern);
    text = next.text;
    count += next.count;
  }
  const rest = redactRandomValues(text);
  return { text: rest.text, count: count + rest.count };
}

function applyPattern(text: string, { expression, secretOf }: SecretPattern): RedactedText {
  let count = 0;
  const out = text.replace(expression, (match: string, ...rest: readonly unknown[]) => {
    const groups = rest.map((part) => (typeof part === 'string' ? part : undefined));
    const secret = secretOf(match, groups);
    if (secret === undefined || secret === '' || secret.includes(REDACTED)) return match;
    count += 1;
    const at = match.lastIndexOf(secret);
    return `${match.slice(0, at)}${REDACTED}${match.slice(at + secret.length)}`;
  });
  return { text: out, count };
}

export const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
export const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;

function redactPrivateKeys(input: string): RedactedText {
  let rest = input;
  let text = '';
  let count = 0;
  for (let begin = KEY_BEGIN.exec(rest); begin !== null; begin = KEY_BEGIN.exec(rest)) {
    const body = rest.slice(begin.index + begin[0].length);
    const end = KEY_END.exec(body);
    text += `${rest.slice(0, begin.index)}${REDACTED}`;
    count += 1;
    rest = end === null ? '' : body.slice(end.index + end[0].length);
  }
  return { text: text + rest, count };
}

const LONG_RUN = /[A-Za-z0-9+/_-]{32,}={0,2}/g;

function redactRandomValues(input: string): RedactedText {
  let count = 0;
  const text = input.replace(LONG_RUN, (run, offset: number) => {
    const before = input.slice(Math.max(0, offset - 16), offset);
    const after = input.slice(offset + run.length, offset + run.length + 2);
    const out = looksRandom(run, before, after);
    count += out.length;
    return out.reduce((kept, secret) => kept.replace(secret, () => REDACTED), run);
  });
  return { text, count };
}
