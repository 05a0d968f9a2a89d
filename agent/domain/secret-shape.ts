/** What a secret looks like when its name says nothing. */

const TOKEN_MIN = 8;

/** A value that is hardly a word: long enough, with a digit or with capitals inside. */
export function isTokenLike(value: string): boolean {
  if (value.length < TOKEN_MIN) return false;
  return /\d/.test(value) || (/[a-z]/.test(value) && /[a-z0-9][A-Z]/.test(value));
}

const RANDOM_MIN = 32;
/** Changes of kind (upper, lower, digit) per character: about 0.44 in random base62, up to 0.27 in CamelCase names. */
const MIXED_RATIO = 0.3;
/** Random base62 has a digit in six characters; names have one or two at their end. */
const MIN_DIGITS = 2;
const MAX_LETTERS_PER_DIGIT = 20;
/** Bits per character: base64 of 32 random characters has about 4.5, English names 3.5. */
const MIN_ENTROPY = 3.9;

const HEX_AND_DASHES = /^[0-9A-Fa-f_-]+$/;
const PUBLIC_DIGEST = /^sha(?:1|256|384|512)-/i;
const PUBLIC_BEFORE = /(?:build[ _-]?id(?:\[[a-z0-9]{1,8}\])?["']?\s?[:=]\s?["']?|(?:SHA256|SHA512|MD5):)$/i;
const FILE_EXTENSION = /^\.[A-Za-z]/;

/**
 * The parts of a run of base64 characters that look like a random secret. Ids and digests in hex,
 * UUIDs, build ids, public digests, paths and file names are not.
 *
 * @param before up to 16 characters before the run
 * @param after up to 2 characters after it
 */
export function looksRandom(run: string, before: string, after: string): readonly string[] {
  if (HEX_AND_DASHES.test(run) || PUBLIC_DIGEST.test(run) || PUBLIC_BEFORE.test(before)) return [];
  const isFile = FILE_EXTENSION.test(after);
  if (!isFile && !run.startsWith('/')) return isRandom(run) ? [run] : [];
  const segments = run.split('/');
  if (isFile) segments.pop();
  return segments.filter(
    (segment) => segment.length >= RANDOM_MIN && !HEX_AND_DASHES.test(segment) && isRandom(segment),
  );
}

function isRandom(value: string): boolean {
  const { upper, lower, digit, changes } = countKinds(value);
  const all = upper + lower + digit;
  if (upper === 0 || lower === 0 || digit < Math.max(MIN_DIGITS, all / MAX_LETTERS_PER_DIGIT)) return false;
  return changes / (all - 1) >= MIXED_RATIO && entropy(value) >= MIN_ENTROPY;
}

/** Counts upper, lower and digits, and how often the kind changes; the capital of a word is one change, not two. */
function countKinds(value: string): { upper: number; lower: number; digit: number; changes: number } {
  const counts = { upper: 0, lower: 0, digit: 0, changes: 0 };
  let previous: 'upper' | 'lower' | 'digit' | undefined;
  for (const character of value) {
    const kind = kindOf(character);
    if (kind === undefined) continue;
    counts[kind] += 1;
    const startsWord = previous === 'upper' && kind === 'lower';
    if (previous !== undefined && previous !== kind && !startsWord) counts.changes += 1;
    previous = kind;
  }
  return counts;
}

function kindOf(character: string): 'upper' | 'lower' | 'digit' | undefined {
  if (character >= 'a' && character <= 'z') return 'lower';
  if (character >= 'A' && character <= 'Z') return 'upper';
  if (character >= '0' && character <= '9') return 'digit';
  return undefined;
}

/** Shannon entropy in bits per character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
