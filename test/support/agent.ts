import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deathReportSchema } from '../../agent/cli/schemas.ts';
import type { DeathReport } from '../../agent/domain/report.ts';
import { isAlive, signalProcess, waitFor } from './process-tree.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const root = join(import.meta.dirname, '..', '..');
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 15_000;

/** Coverage runs the sources, where offsets are those of the files; everything else runs what users run. */
function launcher(): readonly string[] {
  return process.env['INQUEST_ENTRY'] === 'source'
    ? [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'agent/cli/main.ts')]
    : [join(root, 'dist/inquest')];
}

export interface AgentOptions {
  /** Socket of Docker, or `off`. */
  readonly docker: string;
  /** The machine's own runtimes are none of a test's business: `off` unless it brings its own. */
  readonly podman?: string;
  readonly cri?: string;
  readonly containerd?: string;
  /** Kubeconfig, or `off`. */
  readonly kubernetes?: string;
  readonly folder?: string;
  readonly flags?: readonly string[];
}

/** An agent of its own for a test: private socket, store and pins; detached programs when it stops. */
export class TestAgent {
  readonly folder: string;
  readonly socket: string;
  readonly data: string;
  readonly #options: AgentOptions;
  #process: ChildProcess | undefined;
  log = '';

  constructor(options: AgentOptions) {
    this.#options = options;
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'inq-agent-'));
    this.socket = join(this.folder, 'agent.sock');
    this.data = join(this.folder, 'data');
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the agent is not running');
    return pid;
  }

  /** Resolves when it watches. */
  async start(): Promise<void> {
    const [command = '', ...head] = launcher();
    const { docker, podman = 'off', cri = 'off', containerd = 'off', kubernetes = 'off', flags = [] } = this.#options;
    const runtimes = ['--docker', docker, '--podman', podman, '--cri', cri, '--containerd', containerd];
    runtimes.push('--kubernetes', kubernetes);
    const argv = [...head, 'agent', '--socket', this.socket, '--data', this.data, ...runtimes, ...flags];
    const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      this.log += chunk.toString();
    });
    const ready = (): boolean => log.includes('is watching') && (docker === 'off' || log.includes('docker: running'));
    const up = await waitFor(() => ready() || child.exitCode !== null, START_TIMEOUT_MS);
    if (!up || child.exitCode !== null) throw new Error(`the agent did not start:\n${log}`);
  }

  /** SIGKILL: what a crash or the OOM killer does to it. */
  async kill(): Promise<void> {
    const pid = this.pid;
    this.#process = undefined;
    signalProcess(pid, 'SIGKILL');
    await waitFor(() => !isAlive(pid), STOP_TIMEOUT_MS);
  }

  /** SIGINT detaches the programs; SIGTERM leaves them to the next agent. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined) return null;
    const { pid } = child;
    signalProcess(pid, signal);
    const ended = await waitFor(() => child.exitCode !== null || child.signalCode !== null, STOP_TIMEOUT_MS);
    if (!ended) {
      signalProcess(pid, 'SIGKILL');
      throw new Error(`the agent did not stop within ${String(STOP_TIMEOUT_MS)} ms:\n${this.log}`);
    }
    return child.exitCode;
  }

  /** Stops it, takes its programs out of the kernel and removes its folder. */
  async remove(): Promise<void> {
    try {
      // After a kill or a SIGTERM the programs are still attached: only an agent can take them out.
      if (this.#process === undefined) await this.start();
      await this.stop('SIGINT');
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** The command line of `inquest`, for a test that starts it in a way of its own. */
  command(...argv: string[]): string[] {
    return [...launcher(), ...argv];
  }

  run(...argv: string[]): Promise<CommandResult> {
    const [command = '', ...head] = launcher();
    const [name = '', ...rest] = argv;
    return runCommand(command, [...head, name, '--socket', this.socket, ...rest], {
      env: { ...process.env, NO_COLOR: '1', COLUMNS: '100' },
    });
  }

  async explain(query: string): Promise<DeathReport> {
    const { code, stdout, stderr } = await this.run('explain', '--json', query);
    if (code !== 0) throw new Error(`inquest explain ${query} exited with ${String(code)}: ${stderr}\n${this.log}`);
    return deathReportSchema.parse(JSON.parse(stdout));
  }

  async deaths(...flags: string[]): Promise<DeathReport[]> {
    const { code, stdout, stderr } = await this.run('deaths', '--json', ...flags);
    if (code !== 0) throw new Error(`inquest deaths exited with ${String(code)}: ${stderr}\n${this.log}`);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => deathReportSchema.parse(JSON.parse(line)));
  }
}
