import type { LoadReport } from '../result.ts';
import { loadSchema } from '../result.ts';

/** The report among what a console showed; `undefined` where there is none. Pure. */
export function findReport(text: string): LoadReport | undefined {
  const line = text.split(/\r?\n/).findLast((one) => one.startsWith('{"release"'));
  return line === undefined ? undefined : loadSchema.parse(JSON.parse(line));
}
