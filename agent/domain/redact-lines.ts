import { KEY_BEGIN, KEY_END, REDACTED, type RedactedText, redactText } from './redact-text.ts';

/** What may stand between the first and the last line of a PEM block. */
const KEY_BODY = /^(?:[A-Za-z0-9+/=]{0,256}|[A-Z][A-Za-z-]{1,30}: .{0,200})$/;
/** An RSA key of 8192 bits has 100 lines. */
const KEY_LINES_MAX = 128;

/**
 * Redacts a log line by line; a private key is recognised over several lines. A line that cannot be
 * part of a key ends it, so that printing a BEGIN does not hide the log after it.
 */
export function createLineRedactor(): (line: string) => RedactedText {
  let keyLines = 0;
  return (line) => {
    if (keyLines > 0) {
      const isEnd = KEY_END.test(line);
      const isBody = !isEnd && keyLines < KEY_LINES_MAX && KEY_BODY.test(line.trim());
      keyLines = isBody ? keyLines + 1 : 0;
      if (isEnd || isBody) return { text: REDACTED, count: 0 };
    }
    const begin = line.lastIndexOf('-----BEGIN ');
    const opened = begin >= 0 && KEY_BEGIN.test(line.slice(begin)) && !KEY_END.test(line.slice(begin));
    keyLines = opened ? 1 : 0;
    return redactText(line);
  };
}
