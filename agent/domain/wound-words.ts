import { CAUSES } from './causes.ts';
import type { CauseId } from './causes.ts';
import type { Wound } from './death.ts';
import { formatDuration } from './time.ts';

/** How the container went on, as the end of a sentence. */
export function afterWound({ end, lastAt }: Pick<Wound, 'end' | 'lastAt'>): string {
  if (end === undefined) return 'the container runs on';
  if (end.led) return 'the container then ended because of it';
  return `the container ran on for ${formatDuration(end.at - lastAt)}`;
}

/** A headline without anything that a command line or a log may have put there. */
export function plainHeadline(cause: CauseId, wound: Wound | undefined): string {
  return wound === undefined ? CAUSES[cause] : `A process of the container: ${CAUSES[cause]}; ${afterWound(wound)}`;
}
