import { readFileSync, statSync } from 'node:fs';

const MAX_PASSWD_BYTES = 1_048_576;
const CHECK_EVERY_MS = 10_000;

/** Names of the host's local users, read again when the file changes. Users of a directory service have only their number. */
export class UserNames {
  readonly #path: string;
  #names: ReadonlyMap<number, string> = new Map();
  #modifiedMs = -1;
  #checkedMs = -Infinity;

  constructor(path = '/etc/passwd') {
    this.#path = path;
  }

  nameOf(uid: number): string | undefined {
    this.#refresh();
    return this.#names.get(uid);
  }

  #refresh(): void {
    const now = performance.now();
    if (now - this.#checkedMs < CHECK_EVERY_MS) return;
    this.#checkedMs = now;
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    if (stat === undefined || stat.mtimeMs === this.#modifiedMs || stat.size > MAX_PASSWD_BYTES) return;
    this.#modifiedMs = stat.mtimeMs;
    this.#names = parsePasswd(readFileSync(this.#path, 'utf8'));
  }
}

/** The first name of a uid wins, as in getpwuid(3). */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (name === undefined || name === '' || uid === undefined || !/^\d{1,10}$/.test(uid)) continue;
    if (!names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}
