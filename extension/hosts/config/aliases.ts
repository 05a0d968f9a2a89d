import { configFiles, included, type ConfigPlace } from './files.ts';
import type { ConfigLine } from './parse-config.ts';

export type AliasOptions = ConfigPlace;

/** Names that a person gave to hosts in ~/.ssh/config and what it includes, in their order; patterns are none. */
export function listSshAliases(options: AliasOptions = {}): readonly string[] {
  const aliases = new Set<string>();
  const collect = (lines: readonly ConfigLine[], folder: string, depth: number): void => {
    for (const line of lines) {
      if (line.keyword === 'include') collect(included(line, folder, depth, options.home), folder, depth + 1);
      if (line.keyword !== 'host') continue;
      for (const name of line.values) if (!/[*?!]/.test(name)) aliases.add(name);
    }
  };
  for (const { lines, folder } of configFiles(options)) collect(lines, folder, 0);
  return [...aliases];
}
