import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import type { FakeAgent } from '../../support/fake-agent.ts';
import { Person } from '../../support/person.ts';
import { runCommand } from '../../support/run-command.ts';
import { waitFor } from '../../support/process-tree.ts';
import { PASSPHRASE, sshdUnavailable, SshLab, type Sshd } from '../../support/sshd.ts';
import { agentIn, connectionTo, failureOf, TRANSPORTS } from './harness.ts';

const TIMEOUT_MS = 10_000;

describe('keys of all kinds', { skip: sshdUnavailable() }, () => {
  let lab: SshLab;
  let agent: FakeAgent;
  let server: Sshd;
  const processes: ChildProcess[] = [];

  before(async () => {
    lab = await SshLab.make();
    agent = await agentIn(lab);
    server = await lab.start();
    await lab.trust(server);
  });

  afterEach(() => rm(lab.configFile, { force: true }));

  after(async () => {
    for (const child of processes) child.kill();
    await agent.stop();
    await lab.stop();
  });

  /** A configuration with these lines and no identity but theirs. */
  async function configure(...lines: readonly string[]): Promise<void> {
    const common = [
      'HostName 127.0.0.1',
      `Port ${String(server.port)}`,
      `User ${lab.user}`,
      `UserKnownHostsFile ${lab.knownHosts}`,
    ];
    await writeFile(lab.configFile, `Host node\n  ${[...lines, ...common].join('\n  ')}\n`);
  }

  /** An ssh-agent with these keys; returns its socket. */
  async function sshAgent(...keys: readonly string[]): Promise<string> {
    const socket = lab.local(`auth-${String(processes.length)}`);
    const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    processes.push(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    for (const key of keys) {
      const { code, stderr } = await runCommand('ssh-add', [key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      assert.equal(code, 0, stderr);
    }
    return socket;
  }

  async function makeKey(name: string, ...options: readonly string[]): Promise<string> {
    const path = lab.local(name);
    const made = await runCommand('ssh-keygen', ['-q', '-C', name, '-f', path, ...options]);
    assert.equal(made.code, 0, made.stderr);
    const published = await runCommand('cat', [`${path}.pub`]);
    await appendFile(lab.local('authorized_keys'), published.stdout);
    return path;
  }

  for (const transport of TRANSPORTS) {
    test(`${transport}: a server that never speaks is a timeout, and one can stop waiting for it`, async () => {
      const silent = createServer((peer) => peer.on('error', () => peer.destroy()).resume());
      await new Promise<void>((resolve) => {
        silent.listen(0, '127.0.0.1', resolve);
      });
      const address = silent.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      await lab.configure('silent', { port });
      const timedOut = await failureOf(connectionTo(lab, 'silent', transport, { attemptSeconds: 0.5 }));
      assert.deepEqual(timedOut, { reason: 'timeout', host: 'silent', seconds: 0.5 });
      const made = connectionTo(lab, 'silent', transport);
      const outcome = failureOf(made);
      assert.ok(await waitFor(() => made.log.length > 0, TIMEOUT_MS));
      made.connection.disconnect();
      assert.equal((await outcome).reason, 'cancelled');
      silent.close();
    });

    test(`${transport}: an agent's key opens`, async () => {
      await configure(`IdentityAgent ${await sshAgent(lab.key('wrong'), lab.key('good'))}`, 'IdentityFile none');
      const { connection } = connectionTo(lab, 'node', transport);
      await connection.connect({ attended: false });
      connection.dispose();
    });

    test(`${transport}: IdentitiesOnly leaves an agent's other keys alone`, async () => {
      const socket = await sshAgent(lab.key('good'));
      await configure(`IdentityAgent ${socket}`, 'IdentitiesOnly yes', `IdentityFile ${lab.key('wrong')}`);
      assert.equal((await failureOf(connectionTo(lab, 'node', transport))).reason, 'authentication');
      // Only the public part is there; the agent has the other.
      await rename(lab.key('good'), lab.local('elsewhere'));
      try {
        await configure(`IdentityAgent ${socket}`, 'IdentitiesOnly yes', `IdentityFile ${lab.key('good')}`);
        const { connection } = connectionTo(lab, 'node', transport);
        await connection.connect({ attended: false });
        connection.dispose();
      } finally {
        await rename(lab.local('elsewhere'), lab.key('good'));
      }
    });

    test(`${transport}: an agent that is not there is no failure`, async () => {
      await configure(`IdentityAgent ${lab.local('no-agent')}`, `IdentityFile ${lab.key('good')}`);
      const { connection } = connectionTo(lab, 'node', transport);
      await connection.connect({ attended: false });
      connection.dispose();
    });

    test(`${transport}: RSA, ECDSA, and keys locked in an older format`, async () => {
      const kinds = [
        await makeKey(`rsa-${transport}`, '-t', 'rsa', '-b', '2048', '-N', ''),
        await makeKey(`ecdsa-${transport}`, '-t', 'ecdsa', '-N', ''),
        await makeKey(`pem-${transport}`, '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', PASSPHRASE),
      ];
      for (const key of kinds) {
        await configure('IdentityAgent none', 'IdentitiesOnly yes', `IdentityFile ${key}`);
        const person = new Person({ passphrases: [{ passphrase: PASSPHRASE, remember: false }] });
        const { connection } = connectionTo(lab, 'node', transport, { person });
        await connection.connect();
        connection.dispose();
        assert.equal(person.asked.length, key.includes('pem') ? 1 : 0, key);
      }
    });
  }

  test('ssh2: a locked key without its public part asks first, and a file that is no key is passed over', async () => {
    const key = await makeKey('lonely', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', PASSPHRASE);
    await rm(`${key}.pub`);
    await writeFile(lab.local('no-key'), 'nothing of the kind\n');
    await configure(
      'IdentityAgent none',
      'IdentitiesOnly yes',
      `IdentityFile ${lab.local('no-key')}`,
      `IdentityFile ${key}`,
    );
    const person = new Person({ passphrases: [{ passphrase: PASSPHRASE, remember: false }] });
    const { connection, log } = connectionTo(lab, 'node', 'ssh2', { person });
    await connection.connect();
    connection.dispose();
    assert.deepEqual(person.asked, ['passphrase lonely 1']);
    assert.ok(log.some((line) => line.includes('no-key is no key that can be used')));
  });

  test('ssh2: a locked key that the server does not know never asks', async () => {
    const key = lab.local('stranger');
    await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', PASSPHRASE, '-f', key]);
    await rm(`${key}.pub`);
    await configure('IdentityAgent none', 'IdentitiesOnly yes', `IdentityFile ${key}`);
    const person = new Person({ passphrases: [{ passphrase: PASSPHRASE, remember: false }] });
    assert.equal((await failureOf(connectionTo(lab, 'node', 'ssh2', { person }))).reason, 'authentication');
    assert.deepEqual(person.asked, []);
  });

  test('without an ssh, auto takes ssh2 and reads the configuration by itself', async () => {
    await configure('IdentityAgent none', 'IdentitiesOnly yes', `IdentityFile ${lab.key('good')}`);
    const { connection, log } = connectionTo(lab, 'node', 'openssh', {
      settings: { transport: 'auto', sshPath: lab.local('no-ssh') },
    });
    await connection.connect({ attended: false });
    const { state } = connection;
    assert.equal(state.kind === 'connected' && state.transport, 'ssh2');
    connection.dispose();
    assert.ok(
      log.some((line) => line.includes('configuration read by ourselves')),
      log.join('\n'),
    );
  });

  test('with an ssh, auto takes it', async () => {
    await configure('IdentityAgent none', 'IdentitiesOnly yes', `IdentityFile ${lab.key('good')}`);
    const { connection } = connectionTo(lab, 'node', 'openssh', { settings: { transport: 'auto' } });
    await connection.connect({ attended: false });
    const { state } = connection;
    assert.equal(state.kind === 'connected' && state.transport, 'openssh');
    connection.dispose();
  });

  test('ssh2: a host that only an authority vouches for is refused, and ssh is named as the way', async () => {
    const file = lab.local('authorities');
    const { stdout } = await runCommand('cat', [`${lab.key('wrong')}.pub`]);
    await writeFile(file, `@cert-authority * ${stdout}`);
    await configure(`UserKnownHostsFile ${file}`, `IdentityFile ${lab.key('good')}`);
    const failure = await failureOf(connectionTo(lab, 'node', 'ssh2'));
    assert.equal(failure.reason === 'host-key' && failure.problem, 'certificate-authority');
  });

  test('ssh2: ProxyJump in a circle, to nowhere, and through a host that cannot go on', async () => {
    await configure('ProxyJump node');
    const circle = await failureOf(connectionTo(lab, 'node', 'ssh2'));
    assert.equal(circle.reason, 'configuration');
    await configure('IdentityAgent none', `IdentityFile ${lab.key('good')}`);
    await appendFile(lab.configFile, 'Host far\n  HostName 127.0.0.1\n  Port 1\n  ProxyJump node\n');
    const beyond = await failureOf(connectionTo(lab, 'far', 'ssh2'));
    assert.equal(beyond.reason, 'refused');
  });

  test('ssh2: a configuration that ssh does not accept, and a proxy command that fails', async () => {
    await configure('Nonsense yes');
    assert.equal((await failureOf(connectionTo(lab, 'node', 'ssh2'))).reason, 'configuration');
    await configure('ProxyCommand sh -c "echo no way >&2; exit 1"');
    const made = connectionTo(lab, 'node', 'ssh2');
    const failure = await failureOf(made);
    const detail = failure.reason === 'refused' ? failure.detail : failure.reason;
    assert.equal(detail, 'the ProxyCommand ended with exit code 1: no way', made.log.join('\n'));
    assert.ok(made.log.includes('node: proxy: no way'), made.log.join('\n'));
  });

  test('nothing of a connection stays behind', async () => {
    await configure('IdentityAgent none', 'IdentitiesOnly yes', `IdentityFile ${lab.key('good')}`);
    const { connection } = connectionTo(lab, 'node', 'openssh');
    await connection.connect();
    connection.dispose();
    const gone = async (): Promise<boolean> => {
      const listing = spawn('ps', ['-eo', 'args'], { stdio: ['ignore', 'pipe', 'ignore'] });
      return !(await text(listing.stdout)).includes(`-F ${lab.configFile}`);
    };
    assert.ok(await waitFor(gone, TIMEOUT_MS));
  });
});
