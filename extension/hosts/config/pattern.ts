/** Whether a name is what a pattern of ssh_config(5) or sshd(8) means: `*` any characters, `?` one. Linear in time. */
export function matchesPattern(name: string, pattern: string): boolean {
  let at = 0;
  let p = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (at < name.length) {
    const c = pattern[p];
    if (c === '*') {
      starAt = p;
      resumeAt = at;
      p += 1;
    } else if (c !== undefined && (c === '?' || c === name[at])) {
      at += 1;
      p += 1;
    } else if (starAt !== -1) {
      p = starAt + 1;
      resumeAt += 1;
      at = resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** A list of patterns: one must match, and none of those with `!` may. Host names are compared in lower case. */
export function matchesList(name: string, patterns: readonly string[]): boolean {
  const lower = name.toLowerCase();
  let matched = false;
  for (const raw of patterns) {
    const pattern = raw.toLowerCase();
    if (pattern.startsWith('!')) {
      if (matchesPattern(lower, pattern.slice(1))) return false;
    } else {
      matched ||= matchesPattern(lower, pattern);
    }
  }
  return matched;
}
