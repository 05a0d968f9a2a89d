/**
 * Inside the virtual machine: asks the doctor, attaches the programs, lets containers die, and tells each result at
 * once through the port to the host, so that a machine that hangs has told what came before.
 */
import { openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { release } from 'node:os';
import { withAgent } from '../../../agent/cli/link.ts';
import { doctorReportSchema } from '../../../agent/cli/schemas.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import { loadBinding } from '../../../agent/native/binding.ts';
import { Recorder } from '../../golden/recorder.ts';
import { serialize } from '../../golden/recording.ts';
import type { TestAgent } from '../../support/agent.ts';
import { findProgram } from '../../support/find-program.ts';
import { waitFor } from '../../support/process-tree.ts';
import { runCommand } from '../../support/run-command.ts';
import { openLab } from '../../scenarios/lab.ts';
import type { Lab } from '../../scenarios/lab.ts';
import { loadScenarios } from '../../scenarios/load.ts';
import type { NamedScenario } from '../../scenarios/load.ts';
import { unmet } from '../../scenarios/needs.ts';
import { playAll, rowOf } from '../../scenarios/rounds.ts';
import type { Keep } from '../../scenarios/rounds.ts';
import type { DoctorReport } from '../../../agent/cli/commands/doctor.ts';
import type { GuestRecord } from '../result.ts';
import { isChosen } from '../selection.ts';
import { playRuntimes } from './runtimes.ts';

const OTHERS = ['containerd', 'runc', 'podman', 'crun'];
const ANSWERS_WITHIN_MS = 30_000;
const AGENT_CHECK = 'agent';
const PORTS = '/sys/class/virtio-ports';
const PORT_NAME = 'inquest.results';
const port = openSync(process.env['INQUEST_RESULTS'] ?? portDevice(), 'a');

/** The port to the host by its name. No udev has made a link for it here. */
function portDevice(): string {
  const found = readdirSync(PORTS).find((name) => readFileSync(`${PORTS}/${name}/name`, 'utf8').trim() === PORT_NAME);
  if (found === undefined) throw new Error(`no port ${PORT_NAME}`);
  return `/dev/${found}`;
}

function tell(record: GuestRecord): void {
  writeSync(port, `${JSON.stringify(record)}\n`);
}

/** The first line says it, in one way or another. */
async function versionOf(program: string): Promise<string> {
  const { stdout } = await runCommand(findProgram(program) ?? program, ['--version']);
  return /\d+\.\d[\d.]*/.exec(stdout)?.[0] ?? 'unknown';
}

async function tellMachine(): Promise<void> {
  const { stdout: docker } = await runCommand('dockerd', ['--version']);
  const { stdout: glibc } = await runCommand('ldd', ['--version']);
  tell({
    kind: 'machine',
    release: release(),
    uptimeSeconds: Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]),
    docker: /\d[\d.]+/.exec(docker)?.[0] ?? 'unknown',
    glibc: /(\d+\.\d+)\s*$/m.exec(glibc)?.[1] ?? 'unknown',
    others: Object.fromEntries(await Promise.all(OTHERS.map(async (name) => [name, await versionOf(name)] as const))),
  });
  tell({ kind: 'probe', probe: loadBinding().probe() });
}

/** An emulated machine takes a while to start the thread that reads the store. */
async function answers({ agent }: Lab): Promise<void> {
  const asked = (): Promise<boolean> =>
    withAgent(agent.socket, (client) => client.request('inquest/health', {})).then(
      () => true,
      () => false,
    );
  if (!(await waitFor(asked, ANSWERS_WITHIN_MS))) throw new Error(`the agent does not answer:\n${agent.log}`);
}

async function askDoctor(agent: TestAgent): Promise<DoctorReport> {
  const { stdout, stderr } = await agent.run('doctor', '--json', '--data', agent.data);
  if (stdout === '') throw new Error(`inquest doctor said nothing: ${stderr}`);
  return doctorReportSchema.parse(JSON.parse(stdout));
}

async function tellDoctor({ agent }: Lab): Promise<void> {
  let report = await askDoctor(agent);
  // The doctor's own patience is not that of an emulated machine.
  const wasAnswered = async (): Promise<boolean> => {
    if (report.checks.every(({ id, state }) => id !== AGENT_CHECK || state !== 'fail')) return true;
    report = await askDoctor(agent);
    return false;
  };
  await waitFor(wasAnswered, ANSWERS_WITHIN_MS);
  const { ok, checks } = report;
  tell({ kind: 'doctor', ok, checks: [...checks] });
  const health = await withAgent(agent.socket, (client) => client.request('inquest/health', {}));
  tell({ kind: 'programs', programs: [...health.kernel.programs] });
}

async function tellScenarios(lab: Lab): Promise<void> {
  const only = readOnly();
  const all = (await loadScenarios()).filter(({ name }) => isChosen(name, only));
  for (const { name, scenario } of all) {
    const why = unmet(scenario);
    const { number, title } = scenario;
    if (why !== undefined)
      tell({ kind: 'scenario', scenario: { runtime: 'docker', name, number, title, outcome: 'skipped', said: why } });
  }
  const here = all.filter(({ scenario }) => unmet(scenario) === undefined);
  const recorder = isAsked('record') ? new Recorder(lab.dockerd) : undefined;
  try {
    await recorder?.start();
    await playHere(lab, here, recorder);
  } finally {
    await recorder?.stop();
  }
}

async function playHere(lab: Lab, here: readonly NamedScenario[], recorder: Recorder | undefined): Promise<void> {
  const keep: Keep = async ({ name, scenario }, container) => {
    // Whatever dies everywhere is recorded by `make scenarios`.
    if (recorder === undefined || scenario.elsewhere === undefined) return;
    tell({ kind: 'recording', name, text: serialize(await recorder.recording(container, scenario)) });
  };
  await playAll(lab, here, 1, keep, (one, round) => {
    const { number, title, said } = rowOf(one, [round]);
    const outcome = round.failure === undefined ? 'right' : 'wrong';
    const failure = round.failure === undefined ? {} : { failure: round.failure };
    tell({
      kind: 'scenario',
      scenario: { runtime: 'docker', name: one.name, number, title, outcome, said, ...failure },
    });
  });
}

/** Which scenarios the host wants, where it does not want all. */
function readOnly(): readonly string[] {
  const parts = process.env['ONLY'] ?? /\binquest\.only=(\S*)/.exec(commandLine())?.[1] ?? '';
  return parts.split(',').filter((part) => part !== '');
}

function isAsked(word: string): boolean {
  return commandLine().split(/\s+/).includes(`inquest.${word}`);
}

function commandLine(): string {
  return readFileSync('/proc/cmdline', 'utf8');
}

try {
  await tellMachine();
  const lab = await openLab();
  try {
    await answers(lab);
    await tellDoctor(lab);
    await tellScenarios(lab);
  } finally {
    await lab.close();
  }
  await playRuntimes(readOnly(), (played) => {
    tell({ kind: 'scenario', scenario: played });
  });
  tell({ kind: 'done' });
} catch (error) {
  tell({ kind: 'failed', message: messageOf(error) });
  process.exitCode = 1;
}
