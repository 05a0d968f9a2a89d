import { defineCommand, usage } from '../command.ts';
import { agentDeaths } from '../lsp-deaths.ts';
import { version } from '../version.ts';

export const lspCommand = defineCommand({
  name: 'lsp',
  summary: 'Serve hovers on exit codes to an editor',
  description: [
    'A language server: an editor starts it and speaks the Language Server Protocol with it. A hover on an exit code, a signal or a container in a log, in JSON or in YAML says what it can mean, what it does not prove and, where an agent runs on this machine, what really happened. Of a file only the line under the cursor is read, and of the line only ids, names and codes are asked about.',
  ],
  json: false,
  flags: { stdio: { type: 'boolean', help: 'Speak on standard input and output. The only way there is.' } },
  examples: ['inquest lsp --stdio'],
  run: async ({ io, flags, socket }) => {
    if (!flags.has('stdio')) throw usage('inquest lsp needs --stdio.', 'Write inquest lsp --stdio.');
    // Only this command pays for loading the server.
    const [{ serve }, { streamTransport }] = await Promise.all([
      import('../../lsp/serve.ts'),
      import('../../lsp/transport.ts'),
    ]);
    try {
      const transport = streamTransport(io.stdin, io.stdout);
      return await serve(transport, { version: await version(), deaths: agentDeaths(socket) });
    } finally {
      io.stdin.destroy();
    }
  },
});
