import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../agent/domain/errors.ts';
import {
  createHostConnection,
  DEFAULT_HOST_SETTINGS,
  type HostConnection,
  type HostSettings,
  type TransportChoice,
} from '../../../extension/hosts/index.ts';
import { openLink } from '../../../extension/hosts/open-agent.ts';
import type { HostLink } from '../../../extension/hosts/transport.ts';
import { Person } from '../../support/person.ts';
import { runCommand } from '../../support/run-command.ts';

const PASSWORD = 'tired';
const ATTEMPT_SECONDS = 120;
const REQUEST_TIMEOUT_MS = 120_000;
const RETRY_MS = 3_000;

/** The virtual machine as a host that a person reaches by SSH, as the user `dev` and, to look at it, as root. */
export class Guest {
  readonly #configFile: string;
  readonly #log: (line: string) => void;

  constructor(folder: string, port: number, log: (line: string) => void) {
    this.#log = log;
    this.#configFile = join(folder, 'ssh_config');
    const common = [
      'HostName 127.0.0.1',
      `Port ${String(port)}`,
      `IdentityFile ${join(folder, 'key')}`,
      'IdentitiesOnly yes',
      'IdentityAgent none',
      `UserKnownHostsFile ${join(folder, 'known_hosts')}`,
      'GlobalKnownHostsFile none',
      'StrictHostKeyChecking accept-new',
    ];
    const hosts = [
      ['guest', 'dev'],
      ['guest-root', 'root'],
    ].map(([alias = '', user = '']) => [`Host ${alias}`, `User ${user}`, ...common].join('\n  '));
    writeFileSync(this.#configFile, `${hosts.join('\n')}\n`);
  }

  #settings(transport: TransportChoice): HostSettings {
    return { ...DEFAULT_HOST_SETTINGS, target: 'guest', transport, sshConfigFile: this.#configFile };
  }

  get #hostLog(): { debug: (line: string) => void; info: (line: string) => void; warn: (line: string) => void } {
    return { debug: this.#log, info: this.#log, warn: this.#log };
  }

  /** Waits until the machine lets somebody in. */
  async untilUp(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      try {
        await this.root('true');
        return;
      } catch (error) {
        this.#log(messageOf(error));
        await sleep(RETRY_MS);
      }
    }
  }

  /** Runs a line as root; rejects when it fails. Resolves to what it printed, trimmed. */
  async root(line: string): Promise<string> {
    const argv = ['-F', this.#configFile, '-o', 'ConnectTimeout=60', '-o', 'BatchMode=yes', 'guest-root', line];
    const { code, stdout, stderr } = await runCommand('ssh', argv, { timeoutMs: REQUEST_TIMEOUT_MS * 2 });
    if (code !== 0) throw new Error(`${line} exited with ${String(code)}: ${stderr}${stdout}`);
    return stdout.trim();
  }

  /** A way there as the extension makes one for a person. */
  async link(transport: TransportChoice): Promise<HostLink> {
    return await openLink({
      settings: this.#settings(transport),
      log: this.#hostLog,
      attempt: { signal: new AbortController().signal, prompter: new Person({ trust: true }) },
      attemptSeconds: ATTEMPT_SECONDS,
    });
  }

  async connect(transport: TransportChoice): Promise<HostConnection> {
    const connection = createHostConnection({
      settings: this.#settings(transport),
      identity: { clientName: 'test', clientVersion: '0.1.0', timeoutMs: REQUEST_TIMEOUT_MS },
      prompter: new Person({ trust: true }),
      log: this.#hostLog,
      attemptSeconds: ATTEMPT_SECONDS,
    });
    await connection.connect({ attended: true });
    return connection;
  }

  /** Types the password where sudo asks for it, as a person would. Resolves to the exit status and all that was shown. */
  async type(link: HostLink, command: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
    const child = await link.execute(command, { terminal: true });
    let text = '';
    let asked = 0;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const questions = text.split('password for dev:').length - 1;
        if (questions > asked) child.stdin.write(`${PASSWORD}\r`);
        asked = questions;
      });
    }
    return { status: await child.ended, text };
  }
}
