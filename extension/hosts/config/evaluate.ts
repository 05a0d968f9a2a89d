import { loginName } from '../../../agent/client/user-name.ts';
import type { SshTarget } from '../target.ts';
import { configFiles, included, type ConfigPlace } from './files.ts';
import type { ConfigLine } from './parse-config.ts';
import { matchesList } from './pattern.ts';

/** Values by keyword in lower case, as `ssh -G` prints them. */
export type Options = ReadonlyMap<string, readonly string[]>;

/** Of these every one counts; of all others the first. */
const ACCUMULATED: ReadonlySet<string> = new Set(['identityfile', 'certificatefile']);
/** These are one value to the end of the line. */
const WHOLE_LINE: ReadonlySet<string> = new Set(['proxycommand', 'knownhostscommand', 'localcommand', 'remotecommand']);

/**
 * What the configuration says about a host, without an `ssh` to ask: Host with patterns and negation,
 * Match by host, originalhost, user, localuser and all, Include at any depth. Commands are never run:
 * `Match exec` does not match, and neither do `canonical` and `final`.
 */
export function evaluateConfig(target: SshTarget, place: ConfigPlace): Options {
  const options = new Map<string, string[]>();
  if (target.user !== undefined) options.set('user', [target.user]);
  if (target.port !== undefined) options.set('port', [String(target.port)]);

  const walk = (lines: readonly ConfigLine[], folder: string, depth: number, applies: boolean): void => {
    let active = applies;
    for (const line of lines) {
      if (line.keyword === 'host') active = applies && matchesList(target.alias, line.values);
      else if (line.keyword === 'match') active = applies && matches(line.values, target, options);
      else if (!active) continue;
      else if (line.keyword === 'include') walk(included(line, folder, depth, place.home), folder, depth + 1, true);
      else take(options, line);
    }
  };
  for (const { lines, folder } of configFiles(place)) walk(lines, folder, 0, true);
  return options;
}

function take(options: Map<string, string[]>, { keyword, values, rest }: ConfigLine): void {
  const value = WHOLE_LINE.has(keyword) ? [rest] : ACCUMULATED.has(keyword) ? values.slice(0, 1) : [...values];
  const known = options.get(keyword);
  if (known === undefined) {
    // Whichever of the two comes first counts, and the other does not.
    if (keyword === 'proxyjump' && options.has('proxycommand')) return;
    if (keyword === 'proxycommand' && options.has('proxyjump')) return;
    options.set(keyword, value);
  } else if (ACCUMULATED.has(keyword)) {
    known.push(...value.filter((file) => !known.includes(file)));
  }
}

function matches(words: readonly string[], target: SshTarget, options: Options): boolean {
  const rest = [...words];
  if (rest.length === 0) return false;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const negated = word.startsWith('!');
    const criterion = (negated ? word.slice(1) : word).toLowerCase();
    if (criterion === 'all') {
      if (negated) return false;
      continue;
    }
    const patterns = rest.shift()?.split(',');
    const value = subject(criterion, target, options);
    // What we cannot judge must not apply.
    if (patterns === undefined || value === undefined) return false;
    if (matchesList(value, patterns) === negated) return false;
  }
  return true;
}

function subject(criterion: string, target: SshTarget, options: Options): string | undefined {
  switch (criterion) {
    case 'host':
      return options.get('hostname')?.[0]?.replaceAll('%h', target.alias) ?? target.alias;
    case 'originalhost':
      return target.alias;
    case 'user':
      return options.get('user')?.[0] ?? loginName();
    case 'localuser':
      return loginName();
    default:
      return undefined;
  }
}
