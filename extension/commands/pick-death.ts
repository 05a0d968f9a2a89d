import * as vscode from 'vscode';
import { US_PER_MS } from '../../agent/domain/time.ts';
import type { InquestContext } from '../context.ts';
import { nameOf, refOf } from '../deaths/entry.ts';
import type { DeathEntry, DeathRef } from '../deaths/entry.ts';
import { escapeLabel } from '../deaths/markdown-text.ts';
import { ago } from '../deaths/relative-time.ts';
import { endText } from '../deaths/words.ts';
import { t } from '../l10n/t.ts';
import { iconOf } from '../deaths/icons.ts';

const MOST_ITEMS = 500;

interface DeathItem extends vscode.QuickPickItem {
  readonly entry: DeathEntry;
}

/** Lets a person choose among the newest deaths of all hosts. */
export async function pickDeath(context: InquestContext): Promise<DeathRef | undefined> {
  const entries = context.deaths.entries().slice(0, MOST_ITEMS);
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(t('No death is known of any connected host.'));
    return undefined;
  }
  return await pickAmong(context, entries);
}

export async function pickAmong(
  context: InquestContext,
  entries: readonly DeathEntry[],
): Promise<DeathRef | undefined> {
  const now = Date.now() * US_PER_MS;
  const items = entries.map((entry): DeathItem => {
    const { death, hostId } = entry;
    return {
      label: `$(${iconOf(death.cause).id}) ${escapeLabel(nameOf(death))}`,
      description: [endText(death), context.hosts.labelOf(hostId), ago(death.at, now)]
        .map((part) => escapeLabel(part))
        .join(' · '),
      detail: escapeLabel(death.headline, 300),
      entry,
    };
  });
  const chosen = await vscode.window.showQuickPick(items, {
    title: t('Explain Exit'),
    placeHolder: t('Which death?'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen === undefined ? undefined : refOf(chosen.entry);
}
