import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { errorCode } from '../../../agent/domain/errors.ts';
import { parseConfig, type ConfigLine } from './parse-config.ts';
import { matchesPattern } from './pattern.ts';

const SYSTEM_FOLDER = '/etc/ssh';
/** As deep as ssh(1) goes. */
const INCLUDE_DEPTH = 16;
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR']);

export interface ConfigPlace {
  /** In place of both files, like `ssh -F`. */
  readonly configFile?: string;
  readonly home?: string;
}

export interface ConfigFile {
  readonly lines: readonly ConfigLine[];
  /** Where relative includes start. */
  readonly folder: string;
}

/** The configurations that count, in their order: the person's, then the system's. */
export function configFiles({ configFile, home = homedir() }: ConfigPlace): readonly ConfigFile[] {
  const folder = join(home, '.ssh');
  if (configFile !== undefined) return [{ lines: readLines(configFile), folder }];
  return [
    { lines: readLines(join(folder, 'config')), folder },
    { lines: readLines(join(SYSTEM_FOLDER, 'ssh_config')), folder: SYSTEM_FOLDER },
  ];
}

/** Every line with `Include` replaced by the lines of the files it names; `depth` counts the includes above. */
export function included(line: ConfigLine, folder: string, depth: number, home = homedir()): readonly ConfigLine[] {
  if (depth >= INCLUDE_DEPTH) return [];
  return line.values.flatMap((pattern) => {
    const expanded = pattern.startsWith('~/') ? join(home, pattern.slice(2)) : pattern;
    const path = isAbsolute(expanded) ? expanded : join(folder, expanded);
    return glob(path).flatMap(readLines);
  });
}

function readLines(path: string): readonly ConfigLine[] {
  try {
    return parseConfig(readFileSync(path, 'utf8'));
  } catch (error) {
    if (ABSENT.has(errorCode(error) ?? '')) return [];
    throw error;
  }
}

/** Files that a path with `*` and `?` in it names, in order of their names. */
function glob(path: string): readonly string[] {
  if (!/[*?]/.test(path)) return [path];
  const parts = path.split('/').filter((part) => part !== '');
  return parts.reduce<readonly string[]>(
    (folders, part) => {
      if (!/[*?]/.test(part)) return folders.map((folder) => join(folder, part));
      return folders.flatMap((folder) =>
        list(folder)
          .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && matchesPattern(name, part))
          .map((name) => join(folder, name)),
      );
    },
    ['/'],
  );
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (ABSENT.has(errorCode(error) ?? '')) return [];
    throw error;
  }
}
