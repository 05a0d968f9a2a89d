import type { FailureText } from '../hosts/describe-failure.ts';
import type { FailureReason } from '../hosts/failure.ts';
import type { HostState } from '../hosts/state.ts';
import { ITEMS } from '../ids.ts';
import { t } from '../l10n/t.ts';
import { escapeMarkdown, inlineCode } from '../deaths/markdown-text.ts';
import { failureWords, whereToRun } from './failure-words.ts';
import { failureOf, failureText } from './states.ts';

export interface HostRow {
  readonly description: string;
  readonly icon: string;
  readonly color: string | undefined;
  readonly contextValue: (typeof ITEMS)[keyof typeof ITEMS];
  /** Markdown in which nothing foreign is markup. */
  readonly tooltip: string;
}

const DETAIL_LIMIT = 400;

/** What a row of the Hosts view says of one host. */
export function hostRow(label: string, target: string, state: HostState): HostRow {
  const head = `**${escapeMarkdown(label)}**${label === target ? '' : ` · ${inlineCode(target)}`}`;
  switch (state.kind) {
    case 'idle':
      return row(t('not connected'), 'vm', undefined, ITEMS.hostIdle, [head, t('Not connected.')]);
    case 'connecting':
      return row(t('connecting…'), 'loading~spin', undefined, ITEMS.hostConnecting, [head, t('Connecting…')]);
    case 'connected': {
      const { hello, transport, route } = state;
      const way = transport === 'local' ? t('local socket') : `${transport} · ${route}`;
      const facts = [
        `${t('Agent')}: ${escapeMarkdown(hello.agentVersion)}`,
        `${t('Host name')}: ${escapeMarkdown(hello.host)}`,
        `${t('Reached by')}: ${escapeMarkdown(way)}`,
        hello.tier === 'plain' ? escapeMarkdown(t('Arguments of processes and log lines are hidden from you.')) : '',
      ].filter((fact) => fact !== '');
      return row(way, 'vm-active', 'testing.iconPassed', ITEMS.hostConnected, [head, facts.join('  \n')]);
    }
    case 'waiting':
    case 'failed': {
      const text = failureText(state.failure);
      const color = state.kind === 'failed' ? 'list.errorForeground' : 'list.warningForeground';
      const icon = state.kind === 'failed' ? 'error' : 'warning';
      const value = itemOf(state.failure.reason, text.command !== undefined);
      return row(failureWords(state.failure), icon, color, value, [head, ...explain(text)]);
    }
  }
}

/** What mends it decides what the row offers. */
function itemOf(reason: FailureReason, hasCommand: boolean): HostRow['contextValue'] {
  if (reason === 'agent-not-installed') return ITEMS.hostMissing;
  if (reason === 'agent-too-old') return ITEMS.hostOld;
  return hasCommand ? ITEMS.hostFixable : ITEMS.hostFailed;
}

function row(
  description: string,
  icon: string,
  color: string | undefined,
  contextValue: HostRow['contextValue'],
  tooltip: readonly string[],
): HostRow {
  return { description, icon, color, contextValue, tooltip: tooltip.join('\n\n') };
}

function explain(text: FailureText): readonly string[] {
  const { title, detail, next, command } = text;
  return [
    escapeMarkdown(title, DETAIL_LIMIT),
    escapeMarkdown(detail, DETAIL_LIMIT),
    escapeMarkdown(next, DETAIL_LIMIT),
    ...(command === undefined ? [] : [`${escapeMarkdown(whereToRun(text))} ${inlineCode(command)}`]),
  ];
}

/** The line that mends a host, to copy. */
export function fixOf(state: HostState): string | undefined {
  const failure = failureOf(state);
  return failure === undefined ? undefined : failureText(failure).command;
}
