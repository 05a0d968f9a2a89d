import { CAUSE_WORDS } from '../../agent/domain/cause-words.ts';
import { causeFamily } from '../../agent/domain/causes.ts';
import type { CauseFamily, CauseId } from '../../agent/domain/causes.ts';
import { CAUSES } from '../../agent/domain/causes.ts';
import type { DeathSummary } from '../../agent/domain/death.ts';
import { toExitCode } from '../../agent/domain/exit-status.ts';
import type { ExitStatus } from '../../agent/domain/exit-status.ts';
import { signalName } from '../../agent/domain/signals.ts';
import { t } from '../l10n/t.ts';

/** A container's exit code as everybody else shows it; `?` when nobody saw it. */
export function exitCodeText(exit: ExitStatus | undefined): string {
  return exit === undefined ? '?' : String(toExitCode(exit));
}

/** `137 (SIGKILL)`, `1`, `unknown`. */
export function exitText(exit: ExitStatus | undefined): string {
  if (exit === undefined) return t('unknown');
  return exit.kind === 'signaled' ? `${exitCodeText(exit)} (${signalName(exit.signal)})` : exitCodeText(exit);
}

/** The cause in two or three words; a question mark where it is not certain. */
export function causeText({ cause, certainty }: Pick<DeathSummary, 'cause' | 'certainty'>): string {
  const words = t(CAUSE_WORDS[cause]);
  return certainty === 'certain' || cause === 'unknown' ? words : t('{0}?', words);
}

/** `137 · memory limit`. */
export function endText(death: Pick<DeathSummary, 'cause' | 'certainty' | 'exit'>): string {
  return `${exitCodeText(death.exit)} · ${causeText(death)}`;
}

/** The cause as a sentence. */
export function causeSentence(cause: CauseId): string {
  return t(CAUSES[cause]);
}

const FAMILY_WORDS: Readonly<Record<CauseFamily, string>> = {
  oom: 'Out of memory',
  stop: 'Stopped',
  kill: 'Killed',
  crash: 'Crashed',
  limit: 'Limit reached',
  exit: 'Exited',
  start: 'Could not start',
  orchestrator: 'Orchestrator',
  unknown: 'Unknown',
};

export function familyText(cause: CauseId): string {
  return t(FAMILY_WORDS[causeFamily(cause)]);
}
