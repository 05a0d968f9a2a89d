import * as vscode from 'vscode';
import { explainExitCode } from '../../agent/domain/exit-codes.ts';
import { toExitCode } from '../../agent/domain/exit-status.ts';
import { findMentions, knownContainers } from '../../agent/domain/mentions.ts';
import type { KnownContainers, Mention } from '../../agent/domain/mentions.ts';
import { messageOf } from '../../agent/domain/errors.ts';
import { findByText } from '../commands/resolve.ts';
import { pickAmong } from '../commands/pick-death.ts';
import type { InquestContext } from '../context.ts';
import { escapeLabel } from '../deaths/markdown-text.ts';
import { COMMANDS } from '../ids.ts';
import { t } from '../l10n/t.ts';
import { knownDeadContainers } from './find-deaths.ts';

class DeathLink extends vscode.TerminalLink {
  readonly mention: Mention;
  /** An id in the same line says which container the code is of. */
  readonly containerId: string | undefined;

  constructor(mention: Mention, containerId: string | undefined) {
    super(mention.start, mention.end - mention.start, t('Explain Exit'));
    this.mention = mention;
    this.containerId = containerId;
  }
}

/** `Exited (137)` and ids of containers in a terminal lead to what happened. */
export function registerTerminalLinks(context: InquestContext): void {
  let known: KnownContainers | undefined;
  context.lifetime.push(
    context.onDidChange(() => {
      known = undefined;
    }),
  );
  const provider: vscode.TerminalLinkProvider<DeathLink> = {
    provideTerminalLinks: ({ line }) => {
      if (!context.settings().terminalLinks) return [];
      known ??= { ...knownContainers(knownDeadContainers(context)), names: new Set() };
      return linksIn(line, known);
    },
    handleTerminalLink: async (link) => {
      try {
        await follow(context, link);
      } catch (error) {
        context.log.error(`terminal link: ${messageOf(error)}`);
        void vscode.window.showErrorMessage(escapeLabel(messageOf(error)));
      }
    },
  };
  context.lifetime.push(vscode.window.registerTerminalLinkProvider(provider));
}

function linksIn(line: string, known: KnownContainers): DeathLink[] {
  const mentions = findMentions(line, known);
  const id = mentions.find((mention) => mention.kind === 'container-id');
  return mentions
    .filter(({ kind }) => kind === 'exit-code' || kind === 'container-id')
    .map((mention) => new DeathLink(mention, id?.id));
}

async function follow(context: InquestContext, { mention, containerId }: DeathLink): Promise<void> {
  if (containerId !== undefined) {
    const ref = await findByText(context, containerId);
    if (ref !== undefined) await vscode.commands.executeCommand(COMMANDS.explainExit, ref);
    return;
  }
  if (mention.kind !== 'exit-code') return;
  const { code } = mention;
  const entries = context.deaths
    .entries()
    .filter(({ death }) => death.exit !== undefined && toExitCode(death.exit) === code);
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(t('Exit code {0}: {1}.', code, explainExitCode(code).summary));
    return;
  }
  const ref = await pickAmong(context, entries);
  if (ref !== undefined) await vscode.commands.executeCommand(COMMANDS.explainExit, ref);
}
