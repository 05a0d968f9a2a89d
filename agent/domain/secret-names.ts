import { isTokenLike } from './secret-shape.ts';

/** Source of an expression for the words by which a name gives away a secret. Case is ignored. */
export const SECRET_WORD =
  '(?<![A-Za-z])pass(?![A-Za-z])|pass(?:word|wd|phrase|code)|(?<![A-Za-z])pwd|secret|token|credential|api[_-]?key|' +
  'access[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|account[_-]?key|master[_-]?key|shared[_-]?key|' +
  'client[_-]?key|_auth(?![A-Za-z])|signature|connection[_-]?string';

/** What may follow the word within the name. */
export const NAME_REST = '[A-Za-z0-9_.-]{0,40}';

/** The word must end there: `tokens`, `token_2`, `secretKey`, but not `tokenizer`. */
const WORD_END = /^[sS]?(?:$|[A-Z0-9_.-])/;

/** `password_file`, `tokenUrl`, `secretName`: about a secret, not the secret. */
const ABOUT =
  /^s?[_.-]?(?:file|path|dir|url|uri|endpoint|name|length|len|count|type|kind|expir|ttl|lifetime|limit|max|min|policy|ids?$|class|provider|manager|encoder|store|rotation|version|mount|ref|selector|set$|changed|used|age$|less|stdin|env$)/i;

const PLAIN_WORDS: ReadonlySet<string> = new Set(
  (
    'true false null none nil undefined yes no on off required invalid incorrect missing expired empty unset not is must ' +
    'wrong bad failed failure error the a an for of unexpected unknown hidden masked set given present absent denied ' +
    'basic bearer ok'
  ).split(' '),
);

const MASKED = /^(?:[*x•.]{2,64}|<[^>]{0,64}>?|\$\{?[A-Za-z_][A-Za-z0-9_]{0,64}\}?)$/i;
const NUMBER = /^\d+(?:\.\d+)?$/;
/** `PasswordReset.java:88:12` in a stack trace. */
const LINE_NUMBER = /^\d+(?::\d+)?$/;

export interface Assigned {
  /** One of the words, in any case, and what followed it in the name. */
  readonly word: string;
  readonly suffix: string;
  /** `word: value` without any quotes: may be a sentence. */
  readonly isProse: boolean;
  readonly value: string;
}

/** A value that people write beside such a name without it being the secret. */
export function isPlainWord(value: string): boolean {
  return PLAIN_WORDS.has(value.toLowerCase()) || MASKED.test(value);
}

/** Whether the name means a secret and the value can be one. */
export function isAssignedSecret({ word, suffix, isProse, value }: Assigned): boolean {
  if (!WORD_END.test(suffix) || ABOUT.test(suffix) || isPlainWord(value)) return false;
  const name = word.toLowerCase();
  if (name === 'pwd' && value.startsWith('/')) return false;
  if (name === 'pass') return !isProse && !NUMBER.test(value);
  if (isProse && suffix.includes('.') && LINE_NUMBER.test(value)) return false;
  if (/^(?:pass|pwd|secret|credential)/.test(name)) return true;
  // Tokens, keys and signatures are also words of compilers, parsers and language models.
  return !NUMBER.test(value) && (!isProse || isTokenLike(value));
}

const SECRET_NAME = new RegExp(`(${SECRET_WORD})(${NAME_REST})$`, 'i');
const NAME_LENGTH = 128;

/** Whether a flag or variable of this name is followed by a secret: `--db-password`, `-token`, `API_KEY`. */
export function isSecretName(name: string): boolean {
  const suffix = SECRET_NAME.exec(name.slice(-NAME_LENGTH))?.[2];
  return suffix !== undefined && WORD_END.test(suffix) && !ABOUT.test(suffix);
}
