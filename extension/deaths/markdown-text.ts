import { displayText } from '../../agent/domain/display.ts';

/** What CommonMark and GitHub's flavour take for markup in the middle of a line, and VS Code's `$(icon)`. */
const INLINE = /[\\`*_[\]<>|~&@]|\$(?=\()|:(?=\/\/)|(?<=www)\./gi;
/** What makes a heading, a list, a quotation or a rule at the start of a line. */
const AT_START = /^(\s*)(?:([#+=-])|(\d{1,9})([.)]))/;

/** Foreign text as Markdown that shows exactly it: no link, no image, no HTML, no icon, on one line. */
export function escapeMarkdown(raw: string, limit = 400): string {
  const inline = displayText(raw, limit).replaceAll(INLINE, '\\$&');
  return inline.replace(AT_START, (_whole, blank: string, mark?: string, number?: string, dot?: string) =>
    mark === undefined ? `${blank}${number ?? ''}\\${dot ?? ''}` : `${blank}\\${mark}`,
  );
}

/** Foreign text as inline code. Its fence is longer than any run of backticks in it. */
export function inlineCode(raw: string, limit = 400): string {
  const text = displayText(raw, limit);
  const fence = '`'.repeat(longestRun(text) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') || text.trim() !== text ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

const LEAST_FENCE = 3;

/** Lines as a code block that they cannot leave. */
export function codeBlock(lines: readonly string[], language = ''): string {
  const fence = '`'.repeat(Math.max(LEAST_FENCE, longestRun(lines.join('\n')) + 1));
  return [`${fence}${language}`, ...lines, fence].join('\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Foreign text for quick picks, the status bar and notifications, where `$(icon)` and `[text](link)` are interpreted. */
export function escapeLabel(raw: string, limit = 200): string {
  // A zero-width space after the trigger breaks both without showing.
  return displayText(raw, limit).replaceAll(/\$(?=\()|\](?=\()/g, '$&\u200b');
}
