import { describeFailure } from '../hosts/describe-failure.ts';
import type { FailureText } from '../hosts/describe-failure.ts';
import type { HostFailure } from '../hosts/failure.ts';
import type { HostState } from '../hosts/state.ts';
import { count, t } from '../l10n/t.ts';

/** Which text the empty Deaths view shows. The values stand in package.json. */
export type DeathsState =
  | 'noHost'
  | 'connecting'
  | 'agentMissing'
  | 'agentTooOld'
  | 'agentStopped'
  | 'noPermission'
  | 'unreachable'
  | 'disconnected'
  | 'loading'
  | 'empty'
  | 'filteredEmpty'
  | 'ready';

export interface DeathsFacts {
  readonly states: readonly HostState[];
  readonly isLoaded: boolean;
  readonly shown: number;
  readonly isFiltered: boolean;
}

export function failureOf(state: HostState): HostFailure | undefined {
  return state.kind === 'waiting' || state.kind === 'failed' ? state.failure : undefined;
}

/** The state of the best host decides: with one that answers, the others are the Hosts view's concern. */
export function deathsState({ states, isLoaded, shown, isFiltered }: DeathsFacts): DeathsState {
  if (states.length === 0) return 'noHost';
  if (shown > 0) return 'ready';
  if (states.some(({ kind }) => kind === 'connected')) {
    if (!isLoaded) return 'loading';
    return isFiltered ? 'filteredEmpty' : 'empty';
  }
  if (states.some(({ kind }) => kind === 'connecting')) return 'connecting';
  const failures = states.map(failureOf).filter((failure) => failure !== undefined);
  if (failures.length === 0) return 'disconnected';
  const reasons = new Set(failures.map(({ reason }) => reason));
  if (reasons.has('no-permission-on-socket')) return 'noPermission';
  if (reasons.has('agent-not-running')) return 'agentStopped';
  if (reasons.has('agent-too-old')) return 'agentTooOld';
  return reasons.has('agent-not-installed') ? 'agentMissing' : 'unreachable';
}

/** A failure with the text and the next step of its own. */
export function failureText(failure: HostFailure): FailureText {
  return describeFailure(failure, t);
}

export interface StatusBar {
  /** With a codicon; holds nothing foreign. */
  readonly text: string;
  readonly tooltip: string;
  readonly isWarning: boolean;
}

/** Nothing to show without hosts. */
export function statusBar(states: readonly HostState[], unseen: number): StatusBar | undefined {
  if (states.length === 0) return undefined;
  const connected = states.filter(({ kind }) => kind === 'connected').length;
  const failing = states.filter((state) => failureOf(state) !== undefined).length;
  const deaths = unseen === 0 ? t('No unseen deaths') : count(unseen, '{0} unseen death', '{0} unseen deaths');
  const hosts = t('{0} of {1} hosts connected', connected, states.length);
  const tooltip = `Inquest: ${deaths}\n${hosts}`;
  if (connected === 0 && failing > 0) {
    return { text: `$(warning) ${t('Inquest: not connected')}`, tooltip, isWarning: true };
  }
  if (connected === 0) {
    const isConnecting = states.some(({ kind }) => kind === 'connecting');
    return { text: isConnecting ? '$(sync~spin) Inquest' : '$(debug-disconnect) Inquest', tooltip, isWarning: false };
  }
  const icon = failing > 0 ? '$(warning)' : '$(pulse)';
  return { text: unseen === 0 ? icon : `${icon} ${String(unseen)}`, tooltip, isWarning: false };
}
