/**
 * Everything from a container (names, argv, labels, logs) is hostile. The raw text is kept as
 * evidence; this is the one form that may reach a terminal, a panel or a log of ours.
 *
 * Escaped: C0 and C1 controls, DEL, bidirectional and zero-width characters, line separators,
 * interlinear annotations, tag characters and lone surrogates. Printable text in any script stays.
 */
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- controls are what this expression is for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escapeOne(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return `\\u{${code.toString(16)}}`;
}

/** One safe line, at most `limit` UTF-16 units, ending in `…` where it was cut. */
export function displayText(raw: string, limit = 4_096): string {
  const cut = raw.length > limit ? `${raw.slice(0, limit - 1)}…` : raw;
  return cut.replace(UNSAFE, escapeOne);
}

/** Several log lines: as `displayText`, but a tab stays a tab. */
export function displayLogLine(raw: string, limit = 4_096): string {
  return raw
    .split('\t')
    .map((part) => displayText(part, limit))
    .join('\t');
}

/** argv as one would type it in a POSIX shell, escaped for display. */
export function displayCommand(argv: readonly string[], limit = 200): string {
  const quoted = argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return displayText(quoted.join(' '), limit);
}
