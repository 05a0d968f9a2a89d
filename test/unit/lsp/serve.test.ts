import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { LineWindow } from '../../../agent/domain/line-window.ts';
import { LSP_CLIENT_METHODS } from '../../../agent/domain/lsp-protocol.ts';
import type { FindDeathsParams, FoundDeath, KnownContainer } from '../../../agent/domain/lsp-protocol.ts';
import { DeathLookup, freshPatience } from '../../../agent/lsp/findings.ts';
import { answerServer, CLIENT_OPTIONS, lineOf } from '../../../extension/server/client-requests.ts';
import type { ClientHandlers, RequestReceiver } from '../../../extension/server/client-requests.ts';
import { serveInProcess } from '../../support/lsp-client.ts';
import type { LspClient } from '../../support/lsp-client.ts';

const ID = '3f2a9c1b4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8';
const OUTPUT = 'output:inquest';
const DEATH: FoundDeath = {
  id: 'abcdefghijklmnopqrstuvwxyz',
  host: 'web-1',
  containerName: 'shop-api-1',
  exitCode: 137,
  headline: 'alice killed [it](command:evil)',
  certainty: 'certain',
  at: 1_795_414_624_000_000,
};

interface Editor {
  readonly asked: FindDeathsParams[];
  readonly methods: string[];
}

/** Answers as the extension does, over one document. */
function editorWith(client: LspClient, lines: readonly string[], more: Partial<ClientHandlers> = {}): Editor {
  const asked: FindDeathsParams[] = [];
  const methods: string[] = [];
  const document = { lineCount: lines.length, lineAt: (line: number) => ({ text: lines[line] ?? '' }) };
  const containers: readonly KnownContainer[] = [{ id: ID, name: 'shop-api-1' }];
  answerServer(client.connection, {
    'inquest/lineAt': (params): LineWindow | null => {
      methods.push('lineAt');
      return lineOf(params.uri === OUTPUT ? document : undefined, params);
    },
    'inquest/findDeaths': (params) => {
      methods.push('findDeaths');
      asked.push(params);
      return { deaths: [DEATH] };
    },
    'inquest/knownContainers': () => {
      methods.push('knownContainers');
      return { containers };
    },
    ...more,
  });
  return { asked, methods };
}

test('every request of the server has its handler at the client, and a LanguageClient takes them', () => {
  const registered = new Set<string>();
  const receiver: RequestReceiver = {
    onRequest: (method) => {
      registered.add(method);
      return { dispose: () => registered.delete(method) };
    },
  };
  const registrations = answerServer(receiver, {
    'inquest/lineAt': () => null,
    'inquest/findDeaths': () => ({ deaths: [] }),
    'inquest/knownContainers': () => ({ containers: [] }),
  });
  assert.deepEqual([...registered].toSorted(), LSP_CLIENT_METHODS.toSorted());
  for (const registration of registrations) registration.dispose();
  assert.equal(registered.size, 0);
  const fits = (client: LanguageClient): RequestReceiver => client;
  assert.equal(typeof fits, 'function');
});

test('in VS Code nothing is synchronised: the line comes from the editor, the death from its hosts', async () => {
  await using server = serveInProcess();
  const { client } = server;
  const editor = editorWith(client, ['port 137', 'shop-api-1 exited with code 137']);
  const { capabilities, serverInfo } = await client.initialize({ options: CLIENT_OPTIONS });
  assert.deepEqual(capabilities.textDocumentSync, { openClose: false, change: 0 });
  assert.deepEqual(serverInfo, { name: 'inquest', version: '1.2.3' });
  const hover = await client.hover(OUTPUT, 1, 15);
  const value = hover?.contents.value ?? '';
  assert.match(value, /What really happened/);
  assert.match(value, /\[Explain Exit\]\(command:inquest\.explainExit\?%5B%22abcdefghijklmnopqrstuvwxyz%22%5D\)/);
  assert.equal([...value.matchAll(/(?<!\\)\]\(/g)].length, 1);
  assert.deepEqual(editor.asked, [{ name: 'shop-api-1', exitCode: 137 }]);
  assert.equal(await client.hover(OUTPUT, 0, 6), null);
  assert.equal(await client.hover(OUTPUT, 9, 0), null);
  assert.equal(await client.hover('output:other', 0, 0), null);
  assert.equal(editor.methods.filter((method) => method === 'knownContainers').length, 1);
  assert.equal(editor.asked.length, 1);
});

test('a client that never answers for deaths still gets what holds in general', async () => {
  await using server = serveInProcess();
  const { client } = server;
  const never = (): Promise<never> => Promise.withResolvers<never>().promise;
  editorWith(client, ['exit code 137'], { 'inquest/findDeaths': never, 'inquest/knownContainers': never });
  await client.initialize({ options: CLIENT_OPTIONS });
  const hover = await client.hover(OUTPUT, 0, 0);
  assert.match(hover?.contents.value ?? '', /Exit code 137[^]*does not prove/);
  assert.doesNotMatch(hover?.contents.value ?? '', /really happened/);
  assert.ok(client.logged.some((message) => message.includes('No answer within')));
});

test('a hover that is cancelled ends at once with the code of the protocol', async () => {
  await using server = serveInProcess();
  const { client } = server;
  const cancellation = new CancellationTokenSource();
  editorWith(client, ['exit code 137'], {
    'inquest/lineAt': () => {
      cancellation.cancel();
      return Promise.withResolvers<never>().promise;
    },
  });
  await client.initialize({ options: CLIENT_OPTIONS });
  const params = { textDocument: { uri: OUTPUT }, position: { line: 0, character: 0 } };
  const hover = client.connection.sendRequest('textDocument/hover', params, cancellation.token);
  await assert.rejects(hover, { code: -32_800 });
});

test('a client that fails or answers nonsense does no harm', async () => {
  for (const fail of [
    () => Promise.reject(new Error('broken')),
    () => Promise.resolve(JSON.parse('{"deaths":[{"id":"x"}],"containers":7}')),
  ]) {
    await using server = serveInProcess();
    const { client } = server;
    editorWith(client, ['exit code 137'], { 'inquest/findDeaths': fail, 'inquest/knownContainers': fail });
    await client.initialize({ options: CLIENT_OPTIONS });
    assert.match((await client.hover(OUTPUT, 0, 0))?.contents.value ?? '', /^\*\*Exit code 137\*\*/);
  }
});

test('log text never leaves: only ids, known names, codes and times are asked about', async () => {
  await using server = serveInProcess();
  const { client } = server;
  const secrets = ['hunter2', 'customer-4711', 'alice@example.com', 'unknown-app-1', 'f00dfacecafe'];
  const words = [
    ...secrets,
    'exited with code 137',
    'shop-api-1',
    `container ${ID}`,
    'signal: killed',
    'OOMKilled',
    '2026-11-23T06:17:04Z',
  ];
  const lines = words.flatMap((one) => words.map((other) => `${secrets.join(' ')} ${one} ${other} password=hunter2`));
  const editor = editorWith(client, lines);
  await client.initialize({ options: CLIENT_OPTIONS });
  for (const [line, text] of lines.entries()) {
    for (let character = 0; character < text.length; character += 6) await client.hover(OUTPUT, line, character);
  }
  assert.ok(editor.asked.length > 20);
  for (const {
    containerIdPrefix = ID,
    name = 'shop-api-1',
    exitCode = 137,
    near = 1_795_414_624_000_000,
    ...rest
  } of editor.asked) {
    assert.deepEqual(
      [containerIdPrefix, name, exitCode, near, rest],
      [ID, 'shop-api-1', 137, 1_795_414_624_000_000, {}],
    );
  }
});

test('a plain client gets plain text', async () => {
  await using server = serveInProcess();
  const { client } = server;
  await client.initialize({ markdown: false });
  await client.open('a:1', 'OOMKilled');
  const hover = await client.hover('a:1', 0, 2);
  assert.equal(hover?.contents.kind, 'plaintext');
  assert.doesNotMatch(hover.contents.value, /\\|\*\*/);
});

test('requests out of turn and positions that are none are refused with the codes of the protocol', async () => {
  await using server = serveInProcess();
  const { client } = server;
  await assert.rejects(client.hover('a:1', 0, 0), { code: -32_002 });
  await client.initialize();
  await client.open('a:1', 'exit code 1');
  for (const [line, character] of [
    [-1, 0],
    [0, -1],
    [0.5, 0],
    [0, 1e300],
  ] as const) {
    await assert.rejects(client.hover('a:1', line, character), { code: -32_602 });
  }
  await client.shutdown();
  await assert.rejects(client.hover('a:1', 0, 0), { code: -32_600 });
  await client.exit();
  assert.equal(await server.ended, 0);
});

test('an editor that hangs up ends the server with 1', async () => {
  await using server = serveInProcess();
  await server.client.initialize();
  server.hangUp();
  assert.equal(await server.ended, 1);
});

test('one hover waits once: who was silent on the first question is not asked a second', async () => {
  let now = 0;
  const questions: string[] = [];
  const lookup = new DeathLookup(
    {
      find: async () => {
        questions.push('find');
        return [];
      },
      known: async () => {
        questions.push('known');
        now += 400;
        throw new Error('silent');
      },
    },
    () => questions.push('reported'),
    () => now,
  );
  const { signal } = new AbortController();
  const patience = freshPatience();
  await lookup.known(patience, signal);
  const mention = { kind: 'exit-code', code: 137, start: 0, end: 9 } as const;
  assert.equal(await lookup.find(mention, [mention], undefined, patience, signal), undefined);
  assert.deepEqual(questions, ['known', 'reported']);
  await lookup.find(mention, [mention], undefined, freshPatience(), signal);
  assert.deepEqual(questions, ['known', 'reported', 'find']);
});

test('what is known is asked for once in a while, and kept when asking fails', async () => {
  let now = 0;
  let isBroken = false;
  let questions = 0;
  const reports: unknown[] = [];
  const lookup = new DeathLookup(
    {
      find: async () => [],
      known: async () => {
        questions += 1;
        if (isBroken) throw new Error('gone');
        return [{ id: ID, name: 'shop-api-1' }];
      },
    },
    (error) => reports.push(error),
    () => now,
  );
  const { signal } = new AbortController();
  await lookup.known(freshPatience(), signal);
  assert.ok((await lookup.known(freshPatience(), signal)).names.has('shop-api-1'));
  assert.equal(questions, 1);
  now = 60_000;
  isBroken = true;
  assert.ok((await lookup.known(freshPatience(), signal)).names.has('shop-api-1'));
  assert.deepEqual([questions, reports.length], [2, 1]);
  now = 120_000;
  await assert.rejects(lookup.known(freshPatience(), AbortSignal.abort(new Error('cancelled'))), /cancelled/);
});
