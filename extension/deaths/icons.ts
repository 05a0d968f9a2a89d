import { causeFamily, isUnexpected } from '../../agent/domain/causes.ts';
import type { CauseFamily, CauseId } from '../../agent/domain/causes.ts';

/** A codicon and a colour of the theme, by id. */
export interface Icon {
  readonly id: string;
  readonly color: string;
}

/** Shapes tell the families apart without colour: for colour-blind eyes and high-contrast themes. */
const SHAPES: Readonly<Record<CauseFamily, string>> = {
  oom: 'database',
  stop: 'debug-stop',
  kill: 'circle-slash',
  crash: 'flame',
  limit: 'dashboard',
  exit: 'error',
  start: 'debug-disconnect',
  orchestrator: 'server-process',
  unknown: 'question',
};

const BROKEN = 'list.errorForeground';
const ENDED = 'list.warningForeground';
const INTENDED = 'disabledForeground';

const COLORS: Readonly<Record<CauseFamily, string>> = {
  oom: BROKEN,
  crash: BROKEN,
  limit: BROKEN,
  start: BROKEN,
  exit: BROKEN,
  stop: ENDED,
  kill: ENDED,
  orchestrator: ENDED,
  unknown: ENDED,
};

/** A shape of its own: nothing has died. */
export const WOUND_ICON = 'heart';

export function iconOf(cause: CauseId, isWound = false): Icon {
  if (isWound) return { id: WOUND_ICON, color: COLORS[causeFamily(cause)] };
  if (cause === 'exit.success') return { id: 'pass', color: INTENDED };
  const family = causeFamily(cause);
  return { id: SHAPES[family], color: isUnexpected(cause) ? COLORS[family] : INTENDED };
}

/** For a group of one family. */
export function familyIcon(family: CauseFamily): string {
  return SHAPES[family];
}
