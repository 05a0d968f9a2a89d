/**
 * Containers die in several ways, Inquest says why, and an editor shows the same. Uses the Docker of this machine, or a
 * private one that it starts and stops; everything it makes it takes away again.
 *
 *     node test/demo/main.ts [--no-editor]
 *
 * In a terminal it stays until Ctrl-C. Elsewhere nobody could press that: the editor stays in the background for a
 * while, and this command ends.
 */
import { parseArgs } from 'node:util';
import { relayDemo } from './background.ts';
import { runDemo, type Show } from './run-demo.ts';

const STAY_MINUTES = 20;

const { values } = parseArgs({
  options: { 'no-editor': { type: 'boolean' }, background: { type: 'boolean' }, columns: { type: 'string' } },
});
const withEditor = values['no-editor'] !== true;

if (process.getuid?.() !== 0) {
  process.stderr.write('The demo needs root, for BPF and for containers: sudo make demo\n');
  process.exit(1);
}

if (values.background === true) {
  await runDemo(sendingShow());
} else if (process.stdout.isTTY || !withEditor) {
  await runDemo(terminalShow());
} else {
  process.exitCode = await relayDemo(import.meta.filename);
}

function terminalShow(): Show {
  return {
    say: (text) => {
      process.stdout.write(`${text}\n`);
    },
    colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    columns: process.stdout.columns > 0 ? process.stdout.columns : 100,
    withEditor,
    howToEnd: 'Ctrl-C ends the demo and takes everything away.',
    watched: () => new Promise(() => undefined),
  };
}

/** Says everything to the process that waits in front, and lets it go once there is nothing more to say. */
function sendingShow(): Show {
  const { pid } = process;
  return {
    say: (text) => {
      if (process.connected) process.send?.(text);
    },
    colour: false,
    columns: 100,
    withEditor,
    howToEnd: `It closes by itself after ${String(STAY_MINUTES)} minutes, or at once by:  kill ${String(pid)}`,
    watched: () =>
      new Promise((resolve) => {
        if (process.connected) process.disconnect();
        // Whoever ends it sooner does not wait for this.
        setTimeout(resolve, STAY_MINUTES * 60_000).unref();
      }),
  };
}
