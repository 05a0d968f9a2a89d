/** One line of an ssh_config(5), taken apart. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  readonly values: readonly string[];
  /** All after the keyword as it stands: commands are not split. */
  readonly rest: string;
  readonly line: number;
}

const LINE = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*?)\s*$/;

export function parseConfig(text: string): readonly ConfigLine[] {
  return text.split(/\r?\n/).flatMap((raw, index): ConfigLine[] => {
    const match = LINE.exec(raw);
    if (match?.[1] === undefined || match[2] === undefined) return [];
    return [{ keyword: match[1].toLowerCase(), values: splitWords(match[2]), rest: match[2], line: index + 1 }];
  });
}

/** Words between white space; quotes keep it, and a comment ends the line. */
function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)) {
    const [, double, single, plain] = match;
    if (plain?.startsWith('#') === true) break;
    words.push(plain ?? (double ?? single ?? '').replaceAll(/\\(["'\\])/g, '$1'));
  }
  return words;
}
