import * as vscode from 'vscode';
import { placeText } from '../../agent/domain/log-place.ts';
import type { InquestContext } from '../context.ts';
import type { DeathRef } from '../deaths/entry.ts';
import { fetchDeath } from '../deaths/fetch.ts';
import { escapeLabel } from '../deaths/markdown-text.ts';
import { closestTo, placeParts } from '../deaths/place.ts';
import { t } from '../l10n/t.ts';

const MOST_FOUND = 500;

/**
 * Opens the source file that the log of a death names. The name comes from a container and may be anything: it is only
 * ever compared with files that the workspace has, and never opened as a path of its own.
 */
export async function openPlace(context: InquestContext, ref: DeathRef): Promise<void> {
  const { logClue } = (await fetchDeath(context.hosts, ref)).verdict;
  const parts = logClue?.file === undefined ? undefined : placeParts(logClue.file);
  const shown = logClue === undefined ? undefined : placeText(logClue);
  if (logClue === undefined || shown === undefined) {
    void vscode.window.showInformationMessage(t('The log of this death names no source file.'));
    return;
  }
  const found =
    parts === undefined ? [] : await vscode.workspace.findFiles(`**/${parts.at(-1) ?? ''}`, undefined, MOST_FOUND);
  const uri = await chooseOne(closestTo(parts ?? [], found));
  if (uri === undefined) {
    if (found.length > 0) return;
    const text = t(
      '{0} is not in this workspace. Open the folder that holds the source of the program.',
      escapeLabel(shown),
    );
    void vscode.window.showInformationMessage(text);
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const line = Math.min(Math.max(0, (logClue.lineNumber ?? 1) - 1), document.lineCount - 1);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(line, 0, line, 0), preview: true });
}

/** Several files end alike: a person knows which. */
async function chooseOne(uris: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
  if (uris.length < 2) return uris[0];
  const picked = await vscode.window.showQuickPick(
    uris.map((uri) => ({ label: escapeLabel(vscode.workspace.asRelativePath(uri)), uri })),
    { title: t('Which of These Files?') },
  );
  return picked?.uri;
}
