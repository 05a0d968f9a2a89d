import * as vscode from 'vscode';
import { messageOf } from '../../agent/domain/errors.ts';
import type { InquestContext } from '../context.ts';
import { HOVER_DOCUMENTS } from '../server/client-requests.ts';
import type { RunningClient } from './client.ts';
import { SETTING_PREFIX, SETTINGS } from '../settings/keys.ts';

const HOVER_SETTING = `${SETTING_PREFIX}.${SETTINGS.hover}`;

/** Starts the language server when the first document it can help with is on the screen, and not before. */
export function registerHover(context: InquestContext): void {
  const { lifetime, log } = context;
  let client: Promise<RunningClient> | undefined;
  const look = (editors: readonly vscode.TextEditor[]): void => {
    if (client !== undefined || !context.settings().hover) return;
    const helps = editors.some(({ document }) =>
      HOVER_DOCUMENTS.some((filter) => vscode.languages.match({ ...filter }, document) > 0),
    );
    if (!helps) return;
    client = import('./client.ts').then(({ startClient }) => startClient(context));
    client.catch((error: unknown) => {
      log.error(`language server: ${messageOf(error)}`);
    });
  };
  const stop = (): void => {
    const stopping = client;
    client = undefined;
    stopping?.then(
      (running) => running.stop(),
      (error: unknown) => {
        log.debug(`language server, not running: ${messageOf(error)}`);
      },
    );
  };
  lifetime.push(vscode.window.onDidChangeVisibleTextEditors(look));
  lifetime.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(HOVER_SETTING)) return;
      if (context.settings().hover) look(vscode.window.visibleTextEditors);
      else stop();
    }),
  );
  lifetime.defer(stop);
  look(vscode.window.visibleTextEditors);
}
