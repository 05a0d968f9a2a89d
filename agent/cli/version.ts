import { readFile } from 'node:fs/promises';
import * as z from 'zod';

const packageSchema = z.object({ version: z.string() });

/** The bundler writes the version in; from source it is that of package.json. */
export async function version(): Promise<string> {
  const bundled = process.env['INQUEST_VERSION'];
  if (bundled !== undefined) return bundled;
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return packageSchema.parse(JSON.parse(text)).version;
}
