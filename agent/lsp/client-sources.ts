import { CancellationTokenSource } from 'vscode-languageserver/node';
import type { CancellationToken } from 'vscode-languageserver/node';
import type { LspClientMethod, LspClientRequests } from '../domain/lsp-protocol.ts';
import { LINE_TIMEOUT_MS } from '../domain/lsp-protocol.ts';
import type { DeathSource } from './death-source.ts';
import type { LineSource } from './lines.ts';
import { readDeaths, readKnown, readLine } from './wire.ts';
import { within } from './within.ts';

/** The one thing of a connection that asking takes. */
export interface Asker {
  sendRequest(method: string, params: object, token: CancellationToken): Promise<unknown>;
}

/** A client that holds the document answers for its lines: nothing is synchronised, whatever its size. */
export function clientLines(client: Asker): LineSource {
  return async (place, outer) =>
    readLine(await within(LINE_TIMEOUT_MS, outer, (signal) => ask(client, 'inquest/lineAt', place, signal)));
}

export function clientDeaths(client: Asker): DeathSource {
  return {
    find: async (wanted, signal) => readDeaths(await ask(client, 'inquest/findDeaths', wanted, signal)),
    known: async (signal) => readKnown(await ask(client, 'inquest/knownContainers', {}, signal)),
  };
}

/** The raw answer. A request that is not waited for any more is cancelled at the client. */
async function ask<M extends LspClientMethod>(
  client: Asker,
  method: M,
  params: LspClientRequests[M]['params'],
  signal: AbortSignal,
): Promise<unknown> {
  const cancellation = new CancellationTokenSource();
  const cancel = (): void => {
    cancellation.cancel();
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await client.sendRequest(method, params, cancellation.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    cancellation.dispose();
  }
}
