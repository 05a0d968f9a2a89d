import { setTimeout as sleep } from 'node:timers/promises';
import { displayText } from '../../domain/display.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import { DEFAULT_SETTINGS } from '../../domain/settings.ts';
import { readContents, verify } from '../../install/bundle.ts';
import { planInstall } from '../../install/install.ts';
import { layoutAt, UNIT_NAME } from '../../install/layout.ts';
import { perform } from '../../install/step.ts';
import { unitText } from '../../install/unit.ts';
import { defineCommand } from '../command.ts';
import { Exit } from '../exit.ts';
import { hasGroup, planLines, progressTo, refuseUnlessRoot, refuseUnlessSystemd, runTool } from '../host/host.ts';
import { writeLines } from '../io.ts';
import { withAgent } from '../link.ts';
import { version } from '../version.ts';

/** A machine that has just got more to do may be slow. */
const ANSWER_TIMEOUT_MS = 180_000;
const ASK_EVERY_MS = 250;

export const installCommand = defineCommand({
  name: 'install',
  summary: 'Install the agent of this bundle as a service, or upgrade it (root)',
  description: [
    'Run it from an unpacked bundle. It checks the bundle’s files, copies them to /opt/inquest, links /usr/local/bin/inquest, and has systemd keep the agent running with no more rights than it needs. Recorded deaths and settings stay as they are at an upgrade. When a step fails, those before it are taken back.',
  ],
  json: false,
  flags: { 'dry-run': { type: 'boolean', help: 'Say what would be done, the service file included, and do nothing.' } },
  examples: ['./inquest install --dry-run', 'sudo ./inquest install'],
  run: async ({ io, flags }) => {
    const dryRun = flags.has('dry-run');
    refuseUnlessSystemd();
    if (!dryRun) refuseUnlessRoot('install');
    const layout = layoutAt('/');
    const source = import.meta.dirname;
    const contents = await readContents(source);
    await verify(source, contents);
    const own = await version();
    const steps = await planInstall({
      ...{ source, version: own, contents, layout, run: runTool, hasGroup: await hasGroup() },
      answers: () => untilAgentAnswers(own),
    });
    if (dryRun) {
      const unit = unitText(layout)
        .split('\n')
        .map((line) => `    ${line}`.trimEnd());
      writeLines(io.stdout, [`inquest ${own} would:`, ...planLines(steps), '', `${layout.unit}:`, ...unit]);
      return Exit.Ok;
    }
    writeLines(io.stdout, [`Installing inquest ${own}:`]);
    await perform(steps, progressTo(io));
    writeLines(io.stdout, [
      `inquest ${own} is watching this machine.`,
      'Whoever shall ask it without sudo joins its group and logs in again: sudo usermod -aG inquest USER',
    ]);
    return Exit.Ok;
  },
});

/** The service works only when its agent answers, with this version, and watches the kernel. */
async function untilAgentAnswers(wanted: string): Promise<void> {
  const end = performance.now() + ANSWER_TIMEOUT_MS;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const { version: answered, collectors } = await withAgent(DEFAULT_SETTINGS.socket, (agent) =>
        agent.request('inquest/health', {}),
      );
      const kernel = collectors.find(({ name }) => name === 'kernel');
      if (answered !== wanted) last = new Error(`version ${answered} answers`);
      else if (kernel?.state === 'running') return;
      else if (kernel?.state === 'failed') throw new Blind(kernel.detail);
      else last = new Error(`its kernel programs are ${kernel?.state ?? 'not there'}`);
    } catch (error) {
      if (error instanceof Blind) throw error;
      last = error;
    }
    await sleep(ASK_EVERY_MS);
  }
  throw new InquestError('agent-not-running', `The agent was started and does not answer: ${messageOf(last)}`, {
    next: `Look at its log: journalctl -u ${UNIT_NAME}`,
    cause: last,
  });
}

/** Without the kernel nobody is told who ended a container: an agent that only repeats the runtime is not installed. */
class Blind extends InquestError {
  constructor(detail: string | undefined) {
    super('system', `The agent was started and cannot watch the kernel. ${displayText(detail ?? '')}`.trim(), {
      next: 'See what this machine lacks: sudo ./inquest doctor',
    });
  }
}
