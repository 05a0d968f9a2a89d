import { displayText } from './display.ts';

/**
 * Foreign text as one line of Markdown that shows nothing but the text: no link, image, code, emphasis, HTML, entity,
 * bare address or `$(icon)`. CommonMark lets a backslash stand before every ASCII punctuation mark.
 */
export function escapeMarkdown(raw: string, limit?: number): string {
  return displayText(raw, limit).replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
