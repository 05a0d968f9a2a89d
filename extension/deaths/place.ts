/** Names of files that a search can take literally: no wildcard of a glob among them. */
const PLAIN_NAME = /^[\p{L}\p{N}_.@+ ()~#$=-]{1,200}$/u;

/** The parts of a path as a program writes it, on whatever system; `undefined` when it is no name to look for. */
export function placeParts(file: string): readonly string[] | undefined {
  const parts = file
    .replace(/^[A-Za-z]:/, '')
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1);
  if (name === undefined || !PLAIN_NAME.test(name) || parts.includes('..')) return undefined;
  return parts;
}

/**
 * Of files of the workspace those that end most like the place: `/app/shop/start.py` in a container is
 * `shop/start.py` of the workspace, whatever lies above it there.
 *
 * @param paths with `/` between their parts
 */
export function closestTo<T extends { readonly path: string }>(
  parts: readonly string[],
  files: readonly T[],
): readonly T[] {
  const scored = files.map((file) => ({ file, score: commonEnd(parts, file.path.split('/')) }));
  const best = Math.max(0, ...scored.map(({ score }) => score));
  return best === 0 ? [] : scored.filter(({ score }) => score === best).map(({ file }) => file);
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return length;
}
