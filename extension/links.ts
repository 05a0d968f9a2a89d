import * as vscode from 'vscode';
import { messageOf } from '../agent/domain/errors.ts';
import { openPlace } from './commands/open-place.ts';
import type { InquestContext } from './context.ts';
import { parseLink, PLACE_PATH } from './deaths/links.ts';
import { escapeLabel } from './deaths/markdown-text.ts';
import { t } from './l10n/t.ts';
import type { ExplainPanels } from './panel/panels.ts';

/** `vscode://inquest.inquest/death?…`. Whoever made the link is unknown, so it may show and nothing more. */
export function registerLinks(context: InquestContext, panels: ExplainPanels): void {
  const handler: vscode.UriHandler = {
    handleUri: async (uri) => {
      try {
        await open(context, panels, uri);
      } catch (error) {
        context.log.error(`link: ${messageOf(error)}`);
        void vscode.window.showErrorMessage(escapeLabel(messageOf(error)));
      }
    },
  };
  context.lifetime.push(vscode.window.registerUriHandler(handler));
}

async function open(context: InquestContext, panels: ExplainPanels, uri: vscode.Uri): Promise<void> {
  const ref = parseLink(uri);
  if (ref === undefined) {
    void vscode.window.showErrorMessage(t('This link does not lead to a death.'));
    return;
  }
  const known = context.hosts.get(ref.hostId);
  if (known === undefined) {
    const name = escapeLabel(ref.hostId);
    void vscode.window.showErrorMessage(t('The link is about {0}, which is not among your hosts. Add it first.', name));
    return;
  }
  if (known.connection.state.kind !== 'connected') {
    const connect = t('Connect');
    const chosen = await vscode.window.showInformationMessage(
      t('Connect to {0} to show the death that a link leads to?', escapeLabel(known.host.label)),
      { modal: true },
      connect,
    );
    if (chosen !== connect) return;
    await known.connection.connect({ attended: true });
  }
  await (uri.path === PLACE_PATH ? openPlace(context, ref) : panels.open(ref));
}
