import { displayText } from '../../domain/display.ts';
import { wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { proseWidth, tint, toCharset } from '../text/look.ts';
import type { Style } from '../text/paint.ts';

export interface ParagraphOptions {
  /** What stands before the first line; the others are indented as far. */
  readonly lead?: string;
  readonly leadStyle?: Style;
  readonly style?: Style;
}

const INDENT = '  ';

/** A blank line, a heading, and the body two columns in. Nothing at all when the body is empty. */
export function section(look: Look, title: string, body: readonly string[]): readonly string[] {
  if (body.length === 0) return [];
  return ['', tint(look, 'heading', title), ...body.map((line) => (line === '' ? '' : `${INDENT}${line}`))];
}

/** Prose wrapped to the window. For use inside a section: two columns are kept free for its indent. */
export function paragraph(look: Look, text: string, options: ParagraphOptions = {}): readonly string[] {
  const lead = options.lead ?? '';
  const width = proseWidth(look) - INDENT.length - lead.length;
  return wrap(ready(look, text), width).map((line, index) => {
    const body = options.style === undefined ? line : tint(look, options.style, line);
    if (lead === '') return body;
    if (index > 0) return `${' '.repeat(lead.length)}${body}`;
    return `${options.leadStyle === undefined ? lead : tint(look, options.leadStyle, lead)}${body}`;
  });
}

/**
 * Text that is shown as it is: in display form and in the terminal's character set. Display form is
 * idempotent, so texts that the agent already made safe stay what they are.
 */
export function ready(look: Look, text: string, limit?: number): string {
  return toCharset(look, displayText(text, limit));
}
