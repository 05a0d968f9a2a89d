import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import { isAlive, signalProcess, waitFor } from './process-tree.ts';

const SSHD = '/usr/sbin/sshd';
const root = join(import.meta.dirname, '..', '..');
const isRoot = process.getuid?.() === 0;
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
const START_TRIES = 5;

/** As root sessions run as a user that exists for these servers alone. */
const TESTER = { name: 'tester', uid: 64_123, group: 'inquest', gid: 64_124 } as const;
export const PASSWORD = 'correct horse';
/** `openssl passwd -6 -salt inquest 'correct horse'` */
const PASSWORD_HASH =
  '$6$inquest$Ga7sqoPJjii1zVZg.OQj.NLKG7qzJKyUBwtdkHBUi0gbM2GGPArzUF9sr7iHkYxZozVGbgBL8XB939ZTzszTk1';
export const PASSPHRASE = 'battery staple';

/** Where a server sees the lab's folder and the repository: whoever made TMPDIR may have closed it to others. */
const LAB_MOUNT = '/run/lab';
const REPOSITORY_MOUNT = '/run/repository';

/** Why there are no servers here, `false` when there can be. */
export function sshdUnavailable(): string | false {
  return existsSync(SSHD) ? false : 'needs openssh-server';
}

/** Why sessions cannot be another user's, `false` when they can. */
export function otherUserUnavailable(): string | false {
  return sshdUnavailable() === false && !isRoot ? 'needs root' : sshdUnavailable();
}

export interface SshdOptions {
  /** More lines of sshd_config. */
  readonly lines?: readonly string[];
  /** Programs in PATH besides the system's; `inquest` unless told otherwise. */
  readonly programs?: readonly ('inquest' | 'willing-sudo' | 'refusing-sudo')[];
  /** As root: whether the host looks as if systemd ran it. */
  readonly systemd?: boolean;
}

/** One person's machine with keys and files of ~/.ssh, and as many servers as a test wants. */
export class SshLab implements AsyncDisposable {
  readonly folder: string;
  readonly user: string;
  readonly knownHosts: string;
  readonly configFile: string;
  readonly #servers: Sshd[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.user = isRoot ? TESTER.name : userInfo().username;
    this.knownHosts = join(folder, 'known_hosts');
    this.configFile = join(folder, 'ssh_config');
  }

  static async make(): Promise<SshLab> {
    const lab = new SshLab(await mkdtemp(join(tmpdir(), 'ssh-')));
    await chmod(lab.folder, 0o755);
    await lab.#prepare();
    return lab;
  }

  /** Name of a key pair: `good` and `locked` (PASSPHRASE) open every server, `wrong` none. */
  key(name: 'good' | 'locked' | 'wrong'): string {
    return join(this.folder, name);
  }

  /** Where servers have a file of the lab's folder. */
  remote(name: string): string {
    return join(isRoot ? LAB_MOUNT : this.folder, name);
  }

  local(name: string): string {
    return join(this.folder, name);
  }

  /** Lets sessions use a file, by mode or as one that only a group of theirs may. */
  async permit(name: string, who: 'everybody' | 'group'): Promise<void> {
    if (who === 'group' && isRoot) await chown(this.local(name), 0, TESTER.gid);
    await chmod(this.local(name), who === 'everybody' ? 0o666 : 0o660);
  }

  async start(options: SshdOptions = {}): Promise<Sshd> {
    const server = await Sshd.start(this, options);
    this.#servers.push(server);
    return server;
  }

  /** `known`: the keys that known_hosts has. */
  async trust(...known: readonly Sshd[]): Promise<void> {
    const lines = known.map((server) => `[127.0.0.1]:${String(server.port)} ${server.publicKey}\n`);
    await writeFile(this.knownHosts, lines.join(''), { mode: 0o600 });
  }

  /** Writes ssh_config with a host of this name; more lines win over those that are always there. */
  async configure(alias: string, server: { readonly port: number }, ...lines: readonly string[]): Promise<void> {
    const block = [
      `Host ${alias}`,
      ...lines,
      'HostName 127.0.0.1',
      `Port ${String(server.port)}`,
      `User ${this.user}`,
      `IdentityFile ${this.key('good')}`,
      'IdentitiesOnly yes',
      'IdentityAgent none',
      `UserKnownHostsFile ${this.knownHosts}`,
      'GlobalKnownHostsFile none',
      'StrictHostKeyChecking ask',
      'HashKnownHosts no',
      'UpdateHostKeys no',
    ];
    const before = existsSync(this.configFile) ? await readFile(this.configFile, 'utf8') : '';
    await writeFile(this.configFile, `${before}${block.join('\n  ')}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) await server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    await makeKey(this.key('good'), '');
    await makeKey(this.key('locked'), PASSPHRASE);
    await makeKey(this.key('wrong'), '');
    const keys = await Promise.all([
      readFile(`${this.key('good')}.pub`, 'utf8'),
      readFile(`${this.key('locked')}.pub`, 'utf8'),
    ]);
    await writeFile(this.local('authorized_keys'), keys.join(''), { mode: 0o644 });
    await mkdir(this.local('home'));
    if (isRoot) await chown(this.local('home'), TESTER.uid, TESTER.gid);
    const repository = isRoot ? REPOSITORY_MOUNT : root;
    const node = process.execPath.startsWith(`${root}/`)
      ? join(repository, process.execPath.slice(root.length))
      : process.execPath;
    const main = join(repository, 'agent/cli/main.ts');
    await this.#program('inquest', `exec ${node} --disable-warning=ExperimentalWarning ${main} "$@"`);
    await this.#program('willing-sudo', 'shift; if [ "$1" = -l ]; then exit 0; fi; exec "$@"', 'sudo');
    await this.#program('refusing-sudo', 'echo "sudo: a password is required" >&2; exit 1', 'sudo');
    await writeFile(this.local('passwd'), passwd(await readFile('/etc/passwd', 'utf8'), this.remote('home')));
    const group = await readFile('/etc/group', 'utf8');
    await writeFile(
      this.local('group'),
      `${group}${TESTER.name}:x:${String(TESTER.uid)}:\n${TESTER.group}:x:${String(TESTER.gid)}:\n`,
    );
    await writeFile(
      this.local('shadow'),
      `root:*:19000:0:99999:7:::\n${TESTER.name}:${PASSWORD_HASH}:19000:0:99999:7:::\n`,
      { mode: 0o600 },
    );
    await writeFile(
      this.local('pam'),
      'auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n',
    );
  }

  async #program(name: string, script: string, command = name): Promise<void> {
    await mkdir(this.local(name === 'inquest' ? 'bin-inquest' : `bin-${name}`));
    await writeFile(this.local(`bin-${name}/${command}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
}

function passwd(before: string, home: string): string {
  return `${before}${TESTER.name}:x:${String(TESTER.uid)}:${String(TESTER.uid)}::${home}:/bin/sh\n`;
}

async function makeKey(path: string, passphrase: string): Promise<void> {
  const { code, stderr } = await runCommand('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    passphrase,
    '-C',
    'lab',
    '-f',
    path,
  ]);
  if (code !== 0) throw new Error(`ssh-keygen: ${stderr}`);
}

/** A real sshd on a loopback port, with its own keys and configuration. */
export class Sshd {
  readonly port: number;
  /** Type and base64 of its only host key. */
  readonly publicKey: string;
  /** As `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  readonly #process: ChildProcess;
  readonly #log: () => string;

  private constructor(port: number, publicKey: string, fingerprint: string, child: ChildProcess, log: () => string) {
    this.port = port;
    this.publicKey = publicKey;
    this.fingerprint = fingerprint;
    this.#process = child;
    this.#log = log;
  }

  static async start(lab: SshLab, options: SshdOptions): Promise<Sshd> {
    const folder = await mkdtemp(lab.local('sshd-'));
    await makeKey(join(folder, 'host_key'), '');
    const publicKey = (await readFile(join(folder, 'host_key.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
    const shown = await runCommand('ssh-keygen', ['-l', '-f', join(folder, 'host_key.pub')]);
    const fingerprint = shown.stdout.split(' ')[1] ?? '';
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      await writeFile(join(folder, 'config'), configOf(lab, folder, port, options));
      const [child, log] = run(lab, join(folder, 'config'), options.systemd === true);
      const settled = (): boolean => log().includes('Server listening') || child.exitCode !== null;
      await waitFor(settled, START_TIMEOUT_MS);
      if (log().includes('Server listening')) return new Sshd(port, publicKey, fingerprint, child, log);
      await end(child);
      // Between our look and its bind somebody else may have taken the port.
      if (!log().includes('Address already in use') || attempt === START_TRIES) throw new Error(`sshd:\n${log()}`);
    }
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('sshd is not running');
    return pid;
  }

  /** What it logged, to stderr. */
  get log(): string {
    return this.#log();
  }

  /** Cuts every connection, as a network that goes away would; the server goes on listening. */
  cut(): number {
    const sessions = descendants(this.pid);
    for (const pid of sessions) signalProcess(pid, 'SIGKILL');
    return sessions.length;
  }

  async stop(): Promise<void> {
    this.cut();
    await end(this.#process);
  }
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const children = descendants(pid);
  signalProcess(pid, 'SIGTERM');
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  if (!(await waitFor(ended, STOP_TIMEOUT_MS))) signalProcess(pid, 'SIGKILL');
  for (const one of children) signalProcess(one, 'SIGKILL');
  await waitFor(() => !children.some(isAlive), STOP_TIMEOUT_MS);
  // A session that began meanwhile has its other end.
  child.stderr?.destroy();
}

function descendants(pid: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const children = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

function configOf(
  lab: SshLab,
  folder: string,
  port: number,
  { lines = [], programs = ['inquest'] }: SshdOptions,
): string {
  const bins = programs.map((name) => lab.remote(`bin-${name}`));
  return [
    ...lines,
    `Port ${String(port)}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(lab.remote(''), folder.slice(lab.folder.length), 'host_key')}`,
    'PidFile none',
    `AuthorizedKeysFile ${lab.remote('authorized_keys')}`,
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    `UsePAM ${isRoot ? 'yes' : 'no'}`,
    'PrintMotd no',
    'LogLevel VERBOSE',
    `SetEnv PATH=${[...bins, '/usr/bin', '/bin'].join(':')}`,
    '',
  ].join('\n');
}

/** As root in a mount namespace of its own, where a user exists that the machine does not have. */
function run(lab: SshLab, config: string, systemd: boolean): readonly [ChildProcess, () => string] {
  const seen = join(lab.remote(''), config.slice(lab.folder.length));
  const child = isRoot
    ? spawn(
        'unshare',
        [
          '--mount',
          '--propagation',
          'private',
          'sh',
          '-euc',
          NAMESPACE,
          'sshd',
          lab.folder,
          root,
          seen,
          String(systemd),
        ],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      )
    : spawn(SSHD, ['-D', '-e', '-f', seen], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  return [child, () => log];
}

const NAMESPACE = `
mount -t tmpfs tmpfs /run
mkdir /run/sshd ${LAB_MOUNT} ${REPOSITORY_MOUNT}
if [ "$4" = true ]; then mkdir -p /run/systemd/system; fi
chmod 755 /run
mount --bind "$1" ${LAB_MOUNT}
mount --bind "$2" ${REPOSITORY_MOUNT}
mount --bind ${LAB_MOUNT}/passwd /etc/passwd
mount --bind ${LAB_MOUNT}/group /etc/group
mount --bind ${LAB_MOUNT}/shadow /etc/shadow
mount --bind ${LAB_MOUNT}/pam /etc/pam.d/sshd
exec ${SSHD} -D -e -f "$3"
`;

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close(() => {
      resolve(port);
    });
  });
  return promise;
}
