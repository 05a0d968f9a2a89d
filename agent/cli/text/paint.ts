/** SGR parameters by what a text is, not by how it looks. The terminal's own palette decides the shade. */
const STYLES = {
  strong: '1',
  dim: '2',
  good: '32',
  caution: '33',
  bad: '31',
  accent: '36',
  heading: '1;36',
  alarm: '1;31',
} as const;

export type Style = keyof typeof STYLES;

const ESC = '\u001b[';

/** Wraps already measured and cut text; a text without styles is handed back as it is. */
export function paint(style: Style, text: string, color: boolean): string {
  return color && text !== '' ? `${ESC}${STYLES[style]}m${text}${ESC}0m` : text;
}
