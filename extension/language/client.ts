import * as vscode from 'vscode';
import { LanguageClient, RevealOutputChannelOn, TransportKind } from 'vscode-languageclient/node';
import type { TextDocumentFilter } from 'vscode-languageclient/node';
import type { InquestContext } from '../context.ts';
import { COMMANDS } from '../ids.ts';
import { answerServer, CLIENT_OPTIONS, HOVER_DOCUMENTS, lineOf } from '../server/client-requests.ts';
import { findDeaths, knownDeadContainers } from './find-deaths.ts';

export interface RunningClient {
  stop(): Promise<void>;
}

/** Runs the language server in a process of its own. It gets no document: it asks for the line under the pointer. */
export async function startClient(context: InquestContext): Promise<RunningClient> {
  const module = vscode.Uri.joinPath(context.extension.extensionUri, 'dist', 'server.mjs').fsPath;
  const client = new LanguageClient(
    'inquest',
    'Inquest Language Server',
    { module, transport: TransportKind.ipc },
    {
      documentSelector: HOVER_DOCUMENTS.map(selectorOf).filter((filter) => filter !== undefined),
      initializationOptions: CLIENT_OPTIONS,
      outputChannel: context.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      // A hover may open one thing: the account of a death, whose id is checked again.
      markdown: { isTrusted: { enabledCommands: [COMMANDS.explainExit] }, supportHtml: false },
    },
  );
  const answers = answerServer(client, {
    'inquest/lineAt': (params) => lineOf(openDocument(params.uri), params),
    'inquest/findDeaths': (params) => findDeaths(context, params),
    'inquest/knownContainers': () => ({ containers: knownDeadContainers(context) }),
  });
  await client.start();
  return {
    stop: async () => {
      for (const answer of answers) answer.dispose();
      await client.dispose();
    },
  };
}

function openDocument(uri: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
}

type Filter = (typeof HOVER_DOCUMENTS)[number];

/** The same, as a type that says of every filter that it has something to match by. */
function selectorOf({ language, scheme, pattern }: Filter): TextDocumentFilter | undefined {
  if (language !== undefined) return { language };
  if (scheme !== undefined) return { scheme };
  return pattern === undefined ? undefined : { pattern };
}
