import { isAssignedSecret, isPlainWord, NAME_REST, SECRET_WORD } from './secret-names.ts';
import { isTokenLike } from './secret-shape.ts';

/** A place where secrets stand, and what of it is the secret. */
export interface SecretPattern {
  /** Global. Starts at a fixed word; an unbounded repetition only as the last part. */
  readonly expression: RegExp;
  /** The last occurrence of the result within the match is replaced; `undefined` leaves it alone. */
  readonly secretOf: (match: string, groups: readonly (string | undefined)[]) => string | undefined;
}

const whole: SecretPattern['secretOf'] = (match) => match;

/** Tokens that say themselves what they are. */
const PREFIXED: readonly RegExp[] = [
  /(?:AKIA|ASIA)[0-9A-Z]{16}/g,
  /gh[opusr]_[A-Za-z0-9]{16,}/g,
  /github_pat_[A-Za-z0-9_]{16,}/g,
  /glpat-[A-Za-z0-9_-]{16,}/g,
  /xox[abeprs]-[A-Za-z0-9-]{8,}/g,
  /eyJ[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]{0,8192})?(?:\.[A-Za-z0-9_-]{0,8192})?/g,
  /(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{10,}/g,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/g,
  /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}/g,
  /(?<![A-Za-z0-9])dop_v1_[a-f0-9]{32,}/g,
  /(?<![A-Za-z0-9])hvs\.[A-Za-z0-9_-]{20,}/g,
  /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]{0,512})?/g,
];

/** `sk-…` is also the start of ordinary names (`sk-learn-some-package`): a digit has to be in it. */
const SK_TOKEN: SecretPattern = {
  expression: /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/g,
  secretOf: (match) => (isTokenLike(match) ? match : undefined),
};

const SLACK_HOOK: SecretPattern = {
  expression: /hooks\.slack\.com\/services\/([A-Za-z0-9/]{8,})/g,
  secretOf: (_match, [path]) => path,
};

/** `://user:password@`: the user stays, it helps to find whose it is. A lone token as the user goes. */
const URL_USER_INFO: SecretPattern = {
  expression: /:\/\/([^\s/?#"'<>]{1,1024})@/g,
  secretOf: (_match, [info = '']) => {
    const colon = info.indexOf(':');
    if (colon >= 0) return info.slice(isTokenLike(info.slice(0, colon)) ? 0 : colon + 1);
    return isTokenLike(info) ? info : undefined;
  },
};

const AUTHORIZATION: SecretPattern = {
  expression:
    /(?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:(?:basic|bearer|digest|negotiate|token|apikey|aws4-hmac-sha256)\s{1,4})?([^\s"',;]+)/gi,
  secretOf: (_match, [value = '']) => (isPlainWord(value) ? undefined : value),
};

const COOKIE: SecretPattern = {
  expression: /(?<![A-Za-z])(?:set-)?cookie["']?\s{0,4}:\s{0,4}["']?([^"'\r\n]+)/gi,
  secretOf: (_match, [value]) => (value?.includes('=') === true ? value : undefined),
};

const SCHEME: SecretPattern = {
  expression: /(?<![A-Za-z])(?:bearer|basic)\s{1,4}([A-Za-z0-9._~+/=-]{8,})/gi,
  secretOf: (_match, [value = '']) => (isTokenLike(value) ? value : undefined),
};

const NAME = `(${SECRET_WORD})(${NAME_REST})`;

/** `name=value`, `name: value`, `"name": "value"` with a name that has one of the words in it. */
const ASSIGNMENT: SecretPattern = {
  expression: new RegExp(
    // Not the file of a path: `"/etc/passwd": permission denied`.
    String.raw`(?<!\/)${NAME}(\\?["']?)(\]?\s{0,4}(?:=>|:=|[:=])\s{0,4})` +
      String.raw`(?:\\"((?:[^"\\]|\\[^"])+)|"((?:[^"\\]|\\.)+)|'([^']+)|([^\s"'][^\s"',;&)}\]]*))`,
    'gi',
  ),
  secretOf: (_match, [word = '', suffix = '', quote = '', separator = '', escaped, double, single, bare]) => {
    const value = escaped ?? double ?? single ?? bare ?? '';
    const isQuoted = bare === undefined;
    const isProse = quote === '' && !isQuoted && separator.includes(':');
    return isAssignedSecret({ word, suffix, isProse, value }) ? value : undefined;
  },
};

/** `--db-password value`. */
const FLAG: SecretPattern = {
  expression: new RegExp(
    String.raw`(?<![A-Za-z0-9-])--?[A-Za-z0-9_.-]{0,32}${NAME}\s{1,4}(?:"([^"]+)|'([^']+)|([^\s"'-][^\s"']*))`,
    'gi',
  ),
  secretOf: (_match, [word = '', suffix = '', double, single, bare]) => {
    const value = double ?? single ?? bare ?? '';
    return isAssignedSecret({ word, suffix, isProse: false, value }) ? value : undefined;
  },
};

export const SECRET_PATTERNS: readonly SecretPattern[] = [
  URL_USER_INFO,
  SLACK_HOOK,
  ...PREFIXED.map((expression): SecretPattern => ({ expression, secretOf: whole })),
  SK_TOKEN,
  AUTHORIZATION,
  COOKIE,
  SCHEME,
  ASSIGNMENT,
  FLAG,
];
