/** A word for any POSIX shell, csh and fish. Line breaks, which csh cannot quote, must not be in it. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
