/**
 * Four containers die in four ways, and Inquest says why. Uses the Docker of this machine, or a private
 * one that it starts and stops; everything it makes it takes away again.
 */
import { TestAgent } from '../support/agent.ts';
import { runCommand } from '../support/run-command.ts';
import { DEATHS } from './deaths.ts';
import { type DemoDocker, findDocker } from './docker.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const width = String(process.stdout.columns > 0 ? process.stdout.columns : 100);

function title(text: string): string {
  const line = `── ${text} `.padEnd(Math.min(Number(width), 100), '─');
  return colour ? `\n\u001b[36m${line}\u001b[0m` : `\n${line}`;
}

async function explain(agent: TestAgent, container: string): Promise<void> {
  const [command = '', ...argv] = agent.command('explain', '--socket', agent.socket, container);
  const env = { ...process.env, COLUMNS: width, ...(colour ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) };
  const { code, stdout, stderr } = await runCommand(command, argv, { env });
  if (code !== 0) throw new Error(`inquest explain ${container} exited with ${String(code)}: ${stderr}`);
  say(stdout.trimEnd());
}

async function perform(docker: DemoDocker, agent: TestAgent): Promise<void> {
  for (const death of DEATHS) {
    say(title(death.story));
    await death.perform(docker, death.container);
    say(`$ inquest explain ${death.container}\n`);
    await explain(agent, death.container);
  }
  say(title('That was the demo'));
  say('Run it for your own containers:  sudo dist/inquest agent');
  say('and, when one has died:          sudo dist/inquest explain <container>');
}

if (process.getuid?.() !== 0) {
  process.stderr.write('The demo needs root, for BPF and for containers: sudo make demo\n');
  process.exit(1);
}

const docker = await findDocker();
say(
  docker.isPrivate
    ? 'No Docker is running here: using a private one for the demo.'
    : 'Using the Docker that runs here.',
);
const agent = new TestAgent({ docker: docker.socketPath });
try {
  await agent.start();
  await perform(docker, agent);
} finally {
  try {
    await agent.remove();
  } finally {
    await docker.leave(DEATHS.map(({ container }) => container));
  }
}
