import type { CauseId } from '../../domain/causes.ts';
import { causeFamily, isUnexpected } from '../../domain/causes.ts';
import type { Certainty } from '../../domain/death.ts';
import type { Style } from '../text/paint.ts';

export const CERTAINTY_STYLE: Readonly<Record<Certainty, Style>> = {
  certain: 'good',
  likely: 'caution',
  possible: 'caution',
  unknown: 'bad',
};

/** Red for what broke, yellow for what was ended from outside or is unknown, dim for what was meant to happen. */
export function causeStyle(cause: CauseId): Style {
  if (!isUnexpected(cause)) return 'dim';
  switch (causeFamily(cause)) {
    case 'oom':
    case 'crash':
    case 'limit':
    case 'start':
      return 'bad';
    case 'exit':
    case 'stop':
    case 'kill':
    case 'orchestrator':
    case 'unknown':
      return 'caution';
  }
}
