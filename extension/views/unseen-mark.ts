import * as vscode from 'vscode';
import type { Disposables } from '../disposables.ts';
import { t } from '../l10n/t.ts';

/**
 * Marks rows that nobody has looked at. A tree item cannot have a bold label: `highlights` draws the background of a
 * search match. A decoration puts a dot beside the row and the theme's emphasis on its name, as for unread pull requests.
 */
export const UNSEEN_URI = vscode.Uri.from({ scheme: 'inquest-unseen', path: '/' });

export function registerUnseenMark(lifetime: Disposables): void {
  const provider: vscode.FileDecorationProvider = {
    provideFileDecoration: (uri) =>
      uri.scheme === UNSEEN_URI.scheme
        ? new vscode.FileDecoration('●', t('Unseen'), new vscode.ThemeColor('list.highlightForeground'))
        : undefined,
  };
  lifetime.push(vscode.window.registerFileDecorationProvider(provider));
}
