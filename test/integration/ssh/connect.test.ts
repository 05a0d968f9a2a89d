import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { describeFailure } from '../../../extension/hosts/index.ts';
import type { FakeAgent } from '../../support/fake-agent.ts';
import { otherUserUnavailable, PASSPHRASE, PASSWORD, sshdUnavailable, SshLab, type Sshd } from '../../support/sshd.ts';
import { Person, Secrets } from '../../support/person.ts';
import { agentIn, connectionTo, failureOf, TRANSPORTS, type MakeOptions } from './harness.ts';

for (const transport of TRANSPORTS) {
  describe(`credentials and host keys by ${transport}`, { skip: sshdUnavailable() }, () => {
    let lab: SshLab;
    let agent: FakeAgent;
    let server: Sshd;

    before(async () => {
      lab = await SshLab.make();
      agent = await agentIn(lab);
      server = await lab.start();
      await lab.trust(server);
    });

    after(async () => {
      await agent.stop();
      await lab.stop();
    });

    async function host(name: string, ...lines: readonly string[]): Promise<string> {
      await lab.configure(name, server, ...lines);
      return name;
    }

    async function connects(name: string, options: MakeOptions = {}): Promise<void> {
      const made = connectionTo(lab, name, transport, options);
      try {
        await made.connection.connect();
        const { state } = made.connection;
        assert.equal(state.kind, 'connected');
        assert.equal(state.kind === 'connected' && state.transport, transport);
        assert.equal((await made.connection.request('inquest/health', {})).host, 'node-7');
      } finally {
        made.connection.dispose();
      }
    }

    test('a key and a known host need nobody', async () => {
      const person = new Person();
      const made = connectionTo(lab, await host('plain'), transport, { person });
      try {
        await made.connection.connect({ attended: false });
        assert.deepEqual(person.asked, []);
        const { state } = made.connection;
        assert.equal(state.kind === 'connected' && state.route, 'forward');
        const named = transport === 'openssh' ? /connected by ssh \(OpenSSH/ : /connected by ssh2/;
        assert.ok(
          made.log.some((line) => named.test(line)),
          made.log.join('\n'),
        );
      } finally {
        made.connection.dispose();
      }
      assert.equal(made.connection.state.kind, 'idle');
    });

    test('a wrong key is an authentication failure that says what the server takes', async () => {
      const name = await host('wrong', `IdentityFile ${lab.key('wrong')}`);
      await writeFile(
        lab.configFile,
        (await readFile(lab.configFile, 'utf8')).replace(/(Host wrong[\s\S]*?)\n {2}IdentityFile \S+good/, '$1'),
      );
      const failure = await failureOf(connectionTo(lab, name, transport));
      assert.equal(failure.reason, 'authentication');
      assert.deepEqual(failure.reason === 'authentication' && failure.methods, ['publickey']);
      assert.equal(failure.reason === 'authentication' && failure.user, lab.user);
    });

    test('of several identity files the one that fits opens', async () => {
      await connects(await host('several', `IdentityFile ${lab.key('wrong')}`));
    });

    test('a locked key asks for its passphrase, again when it was wrong, and keeps nothing unasked', async () => {
      const name = await lockedHost('locked');
      const secrets = new Secrets();
      const passphrases = [
        { passphrase: 'wrong', remember: false },
        { passphrase: PASSPHRASE, remember: false },
      ];
      const person = new Person({ passphrases });
      await connects(name, { person, secrets });
      assert.deepEqual(person.asked, ['passphrase locked 1', 'passphrase locked 2']);
      assert.equal(secrets.kept.size, 0);
    });

    test('a passphrase that is to be remembered opens in the background', async () => {
      const name = await lockedHost('remembered');
      const secrets = new Secrets();
      await connects(name, {
        person: new Person({ passphrases: [{ passphrase: PASSPHRASE, remember: true }] }),
        secrets,
      });
      assert.deepEqual([...secrets.kept.values()], [PASSPHRASE]);
      const person = new Person();
      const made = connectionTo(lab, name, transport, { person, secrets });
      await made.connection.connect({ attended: false });
      made.connection.dispose();
      assert.deepEqual(person.asked, []);
    });

    test('in the background a locked key fails instead of asking', async () => {
      const person = new Person({ passphrases: [{ passphrase: PASSPHRASE, remember: false }] });
      const failure = await failureOf(connectionTo(lab, await lockedHost('unattended'), transport, { person }), false);
      assert.equal(failure.reason, 'authentication');
      assert.equal(failure.reason === 'authentication' && failure.attended, false);
      assert.deepEqual(person.asked, []);
    });

    async function lockedHost(name: string): Promise<string> {
      await host(name, `IdentityFile ${lab.key('locked')}`);
      const config = await readFile(lab.configFile, 'utf8');
      const block = config.slice(config.indexOf(`Host ${name}\n`));
      await writeFile(lab.configFile, config.replace(block, block.replace(`IdentityFile ${lab.key('good')}`, '')));
      return name;
    }

    test('a new key asks with its fingerprint, before anything else, and is then known', async () => {
      const knownHosts = lab.local(`new-${transport}`);
      const name = await host('new', `UserKnownHostsFile ${knownHosts}`);
      const person = new Person({ trust: true });
      await connects(name, { person });
      assert.deepEqual(person.asked, [`host key ED25519 ${server.fingerprint}`]);
      assert.match(await readFile(knownHosts, 'utf8'), /^\[127\.0\.0\.1\]:\d+ ssh-ed25519 /);
      // OpenSSH leaves the mode to the umask.
      if (transport === 'ssh2') assert.equal((await stat(knownHosts)).mode & 0o777, 0o600);
      await connects(name);
    });

    test('a new key that is not trusted, or that nobody may be asked about, is refused', async () => {
      const name = await host('untrusted', `UserKnownHostsFile ${lab.local('none')}`);
      const failure = await failureOf(connectionTo(lab, name, transport, { person: new Person({ trust: false }) }));
      assert.equal(failure.reason === 'host-key' && failure.problem, 'rejected');
      const person = new Person({ trust: true });
      const unattended = await failureOf(connectionTo(lab, name, transport, { person }), false);
      assert.equal(unattended.reason === 'host-key' && unattended.problem, 'unknown');
      assert.deepEqual(person.asked, []);
    });

    test('a changed key is refused, naming file and line, and no credential is asked for', async () => {
      const other = (await readFile(`${lab.key('wrong')}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
      const file = lab.local('changed');
      await writeFile(file, `# a comment\n[127.0.0.1]:${String(server.port)} ${other}\n`);
      const name = await lockedHost('changed');
      await writeFile(
        lab.configFile,
        (await readFile(lab.configFile, 'utf8')).replace(
          'Host changed\n',
          `Host changed\n  UserKnownHostsFile ${file}\n`,
        ),
      );
      const person = new Person({ trust: true });
      const failure = await failureOf(connectionTo(lab, name, transport, { person }));
      assert.equal(failure.reason, 'host-key');
      if (failure.reason !== 'host-key') return;
      assert.deepEqual([failure.problem, failure.file, failure.line], ['changed', file, 2]);
      assert.equal(failure.fingerprint, server.fingerprint);
      assert.deepEqual(person.asked, []);
      assert.match(describeFailure(failure).detail, new RegExp(`${file}:2`));
    });

    test('a revoked key is refused', async () => {
      const file = lab.local('revoked');
      await writeFile(file, `@revoked * ${server.publicKey}\n`);
      const failure = await failureOf(
        connectionTo(lab, await host('revoked', `UserKnownHostsFile ${file}`), transport),
      );
      assert.equal(failure.reason === 'host-key' && failure.problem, 'revoked');
    });

    test('a proxy command is the connection', async () => {
      const netcat = `${process.execPath} -e 'const s=require("net").connect(+process.argv[2],process.argv[1]);process.stdin.pipe(s).pipe(process.stdout)' %h %p`;
      await connects(await host('proxied', `ProxyCommand ${netcat}`));
    });

    test('names that do not resolve, ports where nobody listens and names that are options are told apart', async () => {
      await lab.configure('closed', { port: 1 });
      const nowhere = connectionTo(lab, 'no-such-host.invalid', transport);
      assert.equal((await failureOf(nowhere)).reason, 'no-such-host');
      const closed = await failureOf(connectionTo(lab, 'closed', transport));
      assert.deepEqual([closed.reason, closed.reason === 'refused' && closed.port], ['refused', 1]);
      assert.equal((await failureOf(connectionTo(lab, '-oProxyCommand=true', transport))).reason, 'configuration');
    });
  });

  describe(`passwords and second factors by ${transport}`, { skip: otherUserUnavailable() }, () => {
    let lab: SshLab;
    let agent: FakeAgent;

    before(async () => {
      lab = await SshLab.make();
      agent = await agentIn(lab);
    });

    after(async () => {
      await agent.stop();
      await lab.stop();
    });

    async function connectWith(name: string, lines: readonly string[], person: Person): Promise<void> {
      const server = await lab.start({ lines });
      await lab.trust(server);
      await lab.configure(name, server);
      const { connection } = connectionTo(lab, name, transport, { person });
      try {
        await connection.connect();
        assert.equal(connection.state.kind, 'connected');
      } finally {
        connection.dispose();
      }
    }

    test('a password, again when it was wrong', async () => {
      const person = new Person({ passwords: ['wrong', PASSWORD] });
      await connectWith('password', ['PasswordAuthentication yes', 'PubkeyAuthentication no'], person);
      assert.deepEqual(person.asked, ['password 1', 'password 2']);
    });

    test('keyboard-interactive shows what the server asks', async () => {
      const person = new Person({ keyboard: [PASSWORD] });
      await connectWith('keyboard', ['KbdInteractiveAuthentication yes', 'PubkeyAuthentication no'], person);
      assert.equal(person.asked.length, 1);
      assert.match(person.asked[0] ?? '', /^keyboard .*Password:/);
    });

    test('a key and then a second factor', async () => {
      const person = new Person({ keyboard: [PASSWORD] });
      const lines = ['KbdInteractiveAuthentication yes', 'AuthenticationMethods publickey,keyboard-interactive'];
      await connectWith('two', lines, person);
      assert.equal(person.asked.length, 1);
    });

    test('who declines to answer is not let in', async () => {
      await assert.rejects(
        connectWith('declined', ['PasswordAuthentication yes', 'PubkeyAuthentication no'], new Person()),
        {
          failure: {
            reason: 'authentication',
            host: 'declined',
            user: lab.user,
            methods: ['password'],
            attended: true,
          },
        },
      );
    });
  });
}
