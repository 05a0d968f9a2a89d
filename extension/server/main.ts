/** The language server's process, as VS Code starts it. `inquest lsp --stdio` is the same server for other editors. */
import { IPCMessageReader, IPCMessageWriter } from 'vscode-languageserver/node';
import { messageOf } from '../../agent/domain/errors.ts';
import { serve } from '../../agent/lsp/serve.ts';
import { streamTransport } from '../../agent/lsp/transport.ts';
import type { Transport } from '../../agent/lsp/transport.ts';

const VERSION = process.env['INQUEST_VERSION'] ?? '0.0.0';
const EXIT_ABRUPT = 1;

/** The extension host forks us with a channel; its end is the only sign that the host has gone. */
function hostTransport(): Transport {
  if (process.send === undefined) return streamTransport(process.stdin, process.stdout);
  process.once('disconnect', () => process.exit(EXIT_ABRUPT));
  return { reader: new IPCMessageReader(process), writer: new IPCMessageWriter(process) };
}

serve(hostTransport(), { version: VERSION }).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(EXIT_ABRUPT);
  },
);
