import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../agent/domain/errors.ts';
import { TestAgent } from '../support/agent.ts';
import { Editor, packExtension, THEMES } from '../support/editor.ts';
import { isEditorInstalled } from '../support/install-editor.ts';
import { runCommand } from '../support/run-command.ts';
import { DEATHS } from './deaths.ts';
import { type DemoDocker, findDocker } from './docker.ts';
import { Door } from './door.ts';
import { packOpener } from './opener.ts';

const LOG = 'containers.log';
const WIDEST_RULE = 100;

/** Where the demo is shown. */
export interface Show {
  readonly say: (text: string) => void;
  readonly colour: boolean;
  readonly columns: number;
  readonly withEditor: boolean;
  /** What to tell a person who has seen enough. */
  readonly howToEnd: string;
  /** Resolves when nobody can be watching any more. */
  readonly watched: () => Promise<void>;
}

/** Resolves when the demo is over and everything it made is gone. */
export async function runDemo(show: Show): Promise<void> {
  const asked = askedToEnd();
  const docker = await findDocker();
  show.say(
    docker.isPrivate
      ? 'No Docker is running here: using a private one for the demo.'
      : 'Using the Docker that runs here.',
  );
  const agent = new TestAgent({ docker: docker.socketPath });
  try {
    await agent.start();
    const explained = await perform(show, docker, agent, asked.signal);
    if (!explained) return;
    closing(show);
    if (show.withEditor) await showInEditor(show, agent, asked);
  } finally {
    try {
      await agent.remove();
    } finally {
      await docker.leave(DEATHS.map(({ container }) => container));
    }
  }
}

interface Asked {
  readonly signal: AbortSignal;
  readonly toEnd: Promise<void>;
}

/** From the start: a Ctrl-C in the middle takes away what is there by then. */
function askedToEnd(): Asked {
  const controller = new AbortController();
  const toEnd = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        controller.abort();
        resolve();
      });
    }
  });
  return { signal: controller.signal, toEnd };
}

/** Resolves to whether all of it was shown. */
async function perform(show: Show, docker: DemoDocker, agent: TestAgent, asked: AbortSignal): Promise<boolean> {
  for (const death of DEATHS) {
    if (asked.aborted) return false;
    show.say(title(show, death.story));
    await death.perform(docker, death.container);
    show.say(`$ inquest explain ${death.container}\n`);
    await explain(show, agent, death.container);
  }
  return true;
}

async function explain(show: Show, agent: TestAgent, container: string): Promise<void> {
  const [command = '', ...argv] = agent.command('explain', '--socket', agent.socket, container);
  const colour = show.colour ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  const env = { ...process.env, COLUMNS: String(show.columns), ...colour };
  const { code, stdout, stderr } = await runCommand(command, argv, { env });
  if (code !== 0) throw new Error(`inquest explain ${container} exited with ${String(code)}: ${stderr}`);
  show.say(stdout.trimEnd());
}

/** The same deaths in VS Code, until somebody has seen enough. */
async function showInEditor(show: Show, agent: TestAgent, asked: Asked): Promise<void> {
  show.say(title(show, 'The same in VS Code'));
  if (!isEditorInstalled()) {
    show.say('There is no editor here to show it in: make setup-editor tells why.');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'inq-demo-'));
  let editor: Editor | undefined;
  let door: Door | undefined;
  try {
    const vsix = join(folder, 'inquest.vsix');
    await packExtension(vsix);
    editor = await Editor.start({
      extensions: [vsix, await packOpener(folder)],
      settings: { 'inquest.local.socket': agent.socket, 'workbench.colorTheme': THEMES.dark },
    });
    writeFileSync(editor.workspaceFile(LOG), await logOf(agent));
    door = await Door.open(editor, editor.urlWith(LOG));
    show.say(`An editor with the Inquest extension shows these deaths at\n\n    ${door.url}\n`);
    show.say('Choose a row to have it explained, or rest the pointer on an exit code of the log.');
    show.say(show.howToEnd);
    await Promise.race([asked.toEnd, show.watched()]);
  } catch (error) {
    // The deaths were explained: that the editor did not come up does not take that back.
    show.say(`The editor could not be started: ${messageOf(error)}`);
    process.exitCode = 1;
  } finally {
    door?.close();
    await editor?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the log of a script that runs containers would look like. */
async function logOf(agent: TestAgent): Promise<string> {
  const reports = await Promise.all(DEATHS.map(({ container }) => agent.explain(container)));
  const lines = reports.map(
    ({ at, container, exit }) =>
      `${at} container ${container.name ?? container.id} exited with code ${String(exit.code)}`,
  );
  return `${lines.join('\n')}\n`;
}

function title({ colour, columns }: Show, text: string): string {
  const line = `── ${text} `.padEnd(Math.min(columns, WIDEST_RULE), '─');
  return colour ? `\n\u001b[36m${line}\u001b[0m` : `\n${line}`;
}

function closing(show: Show): void {
  show.say(title(show, 'That was the demo'));
  show.say('Run it for your own containers:  sudo dist/inquest agent');
  show.say('and, when one has died:          sudo dist/inquest explain <container>');
}
