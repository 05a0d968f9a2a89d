import { StringDecoder } from 'node:string_decoder';
import * as vscode from 'vscode';
import type { HostProcess } from '../hosts/transport.ts';
import { t } from '../l10n/t.ts';

/**
 * Shows a terminal in which one line runs on a host, over the connection that stands: what sudo asks is asked there and
 * nowhere else. It stays open to be read. Resolves to the exit status, `undefined` when the terminal was closed before.
 *
 * @param line what is shown as run, in which nothing is foreign
 */
export async function runInTerminal(
  name: string,
  line: string,
  start: () => Promise<HostProcess>,
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const shown = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<undefined>();
  let child: HostProcess | undefined;
  let isOver = false;
  const run = async (): Promise<void> => {
    shown.fire(`\u001b[1m${line}\u001b[0m\r\n`);
    child = await start();
    // Closed before there was anything to end.
    if (isOver) child.kill();
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new StringDecoder('utf8');
      stream.on('data', (chunk: Buffer) => {
        shown.fire(decoder.write(chunk));
      });
    }
    resolve(await child.ended);
  };
  const finish = (): void => {
    isOver = true;
    shown.fire(`\r\n\u001b[2m${t('Press any key to close this terminal.')}\u001b[0m\r\n`);
  };
  const terminal = vscode.window.createTerminal({
    name,
    iconPath: new vscode.ThemeIcon('search'),
    isTransient: true,
    pty: {
      onDidWrite: shown.event,
      onDidClose: closed.event,
      open: () => {
        run().catch(reject).finally(finish);
      },
      handleInput: (data: string) => {
        if (isOver) closed.fire(undefined);
        else child?.stdin.write(data);
      },
      close: () => {
        isOver = true;
        child?.kill();
        shown.dispose();
        closed.dispose();
        resolve(undefined);
      },
    },
  });
  terminal.show();
  return await promise;
}
