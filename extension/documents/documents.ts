import * as vscode from 'vscode';
import { displayLogLine, displayText } from '../../agent/domain/display.ts';
import { containerLabel } from '../../agent/domain/container.ts';
import { DEATH_ID } from '../../agent/domain/death.ts';
import type { Death } from '../../agent/domain/death.ts';
import { toReport } from '../../agent/domain/report.ts';
import { formatRfc3339 } from '../../agent/domain/time.ts';
import type { InquestContext } from '../context.ts';
import type { DeathRef } from '../deaths/entry.ts';
import { linkTo, linkToPlace } from '../deaths/links.ts';
import { fetchDeath, explainContextOf } from '../deaths/fetch.ts';
import { SCHEMES } from '../ids.ts';
import type { Scheme } from '../ids.ts';
import { t } from '../l10n/t.ts';
import { explainModel } from '../panel/explain-model.ts';
import { explainMarkdown } from '../panel/markdown.ts';

const EXTENSIONS: Readonly<Record<Scheme, string>> = {
  [SCHEMES.log]: 'log',
  [SCHEMES.raw]: 'json',
  [SCHEMES.text]: 'md',
};
const NAME_LIMIT = 60;
const ID_SHOWN = 6;

/** A read-only document about a death. Its address says which, so that it survives a reload of the window. */
export function documentUri(scheme: Scheme, ref: DeathRef, container: string): vscode.Uri {
  const name = container.replaceAll(/[^\w.-]+/g, '_').slice(0, NAME_LIMIT);
  return vscode.Uri.from({
    scheme,
    authority: '',
    path: `/${name}-${ref.deathId.slice(0, ID_SHOWN)}.${EXTENSIONS[scheme]}`,
    query: new URLSearchParams({ host: ref.hostId, id: ref.deathId }).toString(),
  });
}

/** Logs at death, raw evidence and the account as text: made when they are opened. */
export function registerDocuments(context: InquestContext): void {
  for (const scheme of Object.values(SCHEMES)) {
    const provider: vscode.TextDocumentContentProvider = {
      provideTextDocumentContent: (uri) => contentOf(context, scheme, uri),
    };
    context.lifetime.push(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  }
}

export async function showDocument(context: InquestContext, scheme: Scheme, ref: DeathRef): Promise<void> {
  const death = await fetchDeath(context.hosts, ref);
  const document = await vscode.workspace.openTextDocument(documentUri(scheme, ref, containerLabel(death.container)));
  await vscode.window.showTextDocument(document, { preview: true });
}

async function contentOf(context: InquestContext, scheme: Scheme, uri: vscode.Uri): Promise<string> {
  const query = new URLSearchParams(uri.query);
  const ref = { hostId: query.get('host') ?? '', deathId: query.get('id') ?? '' };
  if (!DEATH_ID.test(ref.deathId)) return '';
  const death = await fetchDeath(context.hosts, ref);
  switch (scheme) {
    case SCHEMES.log:
      return logText(death);
    case SCHEMES.raw:
      return `${JSON.stringify(toReport(death), null, 2)}\n`;
    case SCHEMES.text:
      return accountOf(context, ref, death);
  }
}

export function accountOf(context: InquestContext, ref: DeathRef, death: Death): string {
  const model = explainModel(death, explainContextOf(context.hosts, ref));
  return explainMarkdown(model, linkTo(ref, vscode.env.uriScheme), linkToPlace(ref, vscode.env.uriScheme));
}

function logText({ logTail, container }: Death): string {
  if (logTail === undefined || logTail.lines.length === 0) {
    return `${t('No log lines of {0} were kept.', displayText(containerLabel(container)))}\n`;
  }
  const lines = logTail.lines.map(({ at, stream, text }) => {
    const time = at === undefined ? [] : [formatRfc3339(at)];
    return [...time, stream, displayLogLine(text)].join(' ');
  });
  return `${lines.join('\n')}\n`;
}
