/** The one door to redaction: text, log lines, command lines. */
export { type RedactedArgv, redactArgv } from './redact-argv.ts';
export { createLineRedactor } from './redact-lines.ts';
export { REDACTED, REDACT_LIMIT, type RedactedText, redactText } from './redact-text.ts';
