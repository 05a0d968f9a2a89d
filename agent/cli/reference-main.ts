import { readFile, writeFile } from 'node:fs/promises';
import { withReference } from './reference/reference.ts';

/** Rewrites the reference section of a README. Says whether anything changed. */
export async function updateReference(path: string | URL): Promise<boolean> {
  const before = await readFile(path, 'utf8');
  const after = withReference(before);
  if (after === before) return false;
  await writeFile(path, after);
  return true;
}

if (import.meta.main) {
  const changed = await updateReference(process.argv[2] ?? new URL('../../README.md', import.meta.url));
  console.log(changed ? 'The reference was rewritten.' : 'The reference was up to date.');
}
