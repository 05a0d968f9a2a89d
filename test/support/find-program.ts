import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** sbin is not in every user's PATH. */
export const SEARCH_PATH = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

export function findProgram(name: string): string | undefined {
  for (const folder of SEARCH_PATH) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return undefined;
}
