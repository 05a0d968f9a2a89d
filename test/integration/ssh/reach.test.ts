import assert from 'node:assert/strict';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { describeFailure } from '../../../extension/hosts/index.ts';
import type { FakeAgent } from '../../support/fake-agent.ts';
import { otherUserUnavailable, sshdUnavailable, SshLab, type Sshd, type SshdOptions } from '../../support/sshd.ts';
import { agentIn, connectionTo, failureOf, TRANSPORTS, type MakeOptions } from './harness.ts';

const NO_FORWARDING = 'AllowStreamLocalForwarding no';

for (const transport of TRANSPORTS) {
  describe(`ways to the agent by ${transport}`, { skip: sshdUnavailable() }, () => {
    let lab: SshLab;
    let agent: FakeAgent | undefined;
    let open: Sshd;
    let closed: Sshd;

    before(async () => {
      lab = await SshLab.make();
      open = await lab.start();
      closed = await lab.start({ lines: [NO_FORWARDING] });
      await trustAll(open, closed);
      await lab.configure('open', open);
      await lab.configure('closed', closed);
    });

    afterEach(async () => {
      await agent?.stop();
      agent = undefined;
      await rm(lab.local('agent.sock'), { force: true });
    });

    after(() => lab.stop());

    async function trustAll(...servers: readonly Sshd[]): Promise<void> {
      await lab.trust(...servers);
    }

    /** A server that only this test needs. */
    async function server(name: string, options: SshdOptions): Promise<void> {
      const made = await lab.start(options);
      await trustAll(open, closed, made);
      await lab.configure(name, made);
    }

    async function routeTo(name: string, options: MakeOptions = {}): Promise<string> {
      const { connection } = connectionTo(lab, name, transport, options);
      try {
        await connection.connect({ attended: false });
        await connection.request('inquest/health', {});
        const { state } = connection;
        return state.kind === 'connected' ? state.route : state.kind;
      } finally {
        connection.dispose();
      }
    }

    test('the socket is forwarded where the server allows it', async () => {
      agent = await agentIn(lab);
      assert.equal(await routeTo('open'), 'forward');
    });

    test('where forwarding is off, dial-stdio serves, and the log says so', async () => {
      agent = await agentIn(lab);
      assert.equal(await routeTo('closed'), 'dial-stdio');
      const made = connectionTo(lab, 'closed', transport);
      await made.connection.connect();
      made.connection.dispose();
      assert.ok(
        made.log.some((line) => line.includes('does not forward sockets')),
        made.log.join('\n'),
      );
    });

    test('dial-stdio is taken at once when it is asked for', async () => {
      agent = await agentIn(lab);
      assert.equal(await routeTo('open', { settings: { route: 'dial-stdio' } }), 'dial-stdio');
    });

    test('sudo is used when it is asked for', async () => {
      agent = await agentIn(lab);
      await server('willing', { programs: ['inquest', 'willing-sudo'] });
      assert.equal(await routeTo('willing', { settings: { sudo: true } }), 'sudo-dial-stdio');
    });

    test('a sudo that wants a password is no permission', async () => {
      agent = await agentIn(lab);
      await server('refusing', { programs: ['inquest', 'refusing-sudo'] });
      const failure = await failureOf(connectionTo(lab, 'refusing', transport, { settings: { sudo: true } }));
      assert.deepEqual(
        [failure.reason, failure.reason === 'no-permission-on-socket' && failure.sudo],
        ['no-permission-on-socket', 'refused'],
      );
    });

    test('forwarding alone, where it is off, is forwarding-disabled', async () => {
      agent = await agentIn(lab);
      const made = connectionTo(lab, 'closed', transport, { settings: { route: 'forward' } });
      assert.deepEqual(await failureOf(made), {
        reason: 'forwarding-disabled',
        host: 'closed',
        dialStdio: 'not-allowed',
      });
    });

    test('forwarding off and no command to dial with is forwarding-disabled', async () => {
      agent = await agentIn(lab);
      await server('bare-closed', { lines: [NO_FORWARDING], programs: [] });
      const made = connectionTo(lab, 'bare-closed', transport);
      assert.deepEqual(await failureOf(made), {
        reason: 'forwarding-disabled',
        host: 'bare-closed',
        dialStdio: 'no-command',
      });
    });

    test('no command and no socket is an agent that is not installed', async () => {
      await server('bare', { programs: [] });
      const failure = await failureOf(connectionTo(lab, 'bare', transport));
      const socket = lab.remote('agent.sock');
      assert.deepEqual(failure, { reason: 'agent-not-installed', host: 'bare', socket, command: 'inquest' });
    });

    test('a command but no socket, or one that nobody listens on, is an agent that is not running', async () => {
      for (const name of ['open', 'closed']) {
        for (const route of ['auto', 'forward', 'dial-stdio'] as const) {
          const failure = await failureOf(connectionTo(lab, name, transport, { settings: { route } }));
          assert.deepEqual(failure, { reason: 'agent-not-running', host: name, socket: lab.remote('agent.sock') });
        }
      }
      await leaveStaleSocket();
      for (const route of ['auto', 'forward'] as const) {
        const failure = await failureOf(connectionTo(lab, 'open', transport, { settings: { route } }));
        assert.equal(failure.reason, 'agent-not-running', route);
      }
    });

    /** As an agent leaves it that was killed: moved, because closing removes the path that was bound. */
    async function leaveStaleSocket(): Promise<void> {
      const listener = createServer();
      await new Promise<void>((resolve) => {
        listener.listen(lab.local('bound.sock'), resolve);
      });
      await rename(lab.local('bound.sock'), lab.local('agent.sock'));
      await new Promise<void>((resolve) => {
        listener.close(() => {
          resolve();
        });
      });
      await lab.permit('agent.sock', 'everybody');
    }

    test(
      'a socket of a group that the user is not in names the line that lets them in',
      { skip: otherUserUnavailable() },
      async () => {
        agent = await agentIn(lab);
        await lab.permit('agent.sock', 'group');
        for (const name of ['open', 'closed']) {
          const failure = await failureOf(connectionTo(lab, name, transport));
          assert.equal(failure.reason, 'no-permission-on-socket');
          assert.equal(describeFailure(failure).command, 'sudo usermod -aG inquest tester');
        }
      },
    );

    test(
      'a socket in a folder that may not be entered is no permission either',
      { skip: otherUserUnavailable() },
      async () => {
        await mkdir(lab.local('shut'), { mode: 0o700 });
        const settings = { socket: `${lab.remote('shut')}/agent.sock` };
        const failure = await failureOf(connectionTo(lab, 'open', transport, { settings }));
        assert.equal(failure.reason, 'no-permission-on-socket');
        assert.equal(describeFailure(failure).command, 'sudo usermod -aG inquest tester');
      },
    );

    test('a path that a shell would read otherwise is only a path', async () => {
      const name = 'it\'s $(touch pwned) `x` "y" & #.sock';
      agent = await agentIn(lab);
      await rename(lab.local('agent.sock'), lab.local(name));
      const settings = { socket: lab.remote(name) };
      assert.equal(await routeTo('closed', { settings }), 'dial-stdio');
      await rm(lab.local(name));
    });

    test('what a login shell says before is not taken for the agent', async () => {
      agent = await agentIn(lab);
      await server('chatty', {
        lines: [NO_FORWARDING, `ForceCommand echo Welcome; echo -n 'no newline '; eval "$SSH_ORIGINAL_COMMAND"`],
      });
      assert.equal(await routeTo('chatty'), 'dial-stdio');
    });

    test('two jumps lead to a host that only the last one knows', async () => {
      agent = await agentIn(lab);
      await lab.configure('first', open);
      await lab.configure('second', closed);
      await lab.configure('behind', open, 'ProxyJump first,second');
      assert.equal(await routeTo('behind'), 'forward');
      assert.match(closed.log, /direct-tcpip|Connection from|Accepted publickey/);
    });

    test('a jump whose key has changed is refused like a host', async () => {
      const imposter = await lab.start();
      await lab.configure('imposter', imposter, `UserKnownHostsFile ${lab.local('other-hosts')}`);
      await writeFile(lab.local('other-hosts'), `[127.0.0.1]:${String(imposter.port)} ${open.publicKey}\n`);
      await lab.configure('behind-imposter', open, 'ProxyJump imposter');
      const failure = await failureOf(connectionTo(lab, 'behind-imposter', transport));
      assert.equal(failure.reason === 'host-key' && failure.problem, 'changed');
    });

    test('an account that runs no commands says so', async () => {
      await server('restricted', { lines: ['ForceCommand /bin/false', NO_FORWARDING] });
      const failure = await failureOf(connectionTo(lab, 'restricted', transport));
      assert.ok(!['authentication', 'host-key'].includes(failure.reason), failure.reason);
    });

    test('a folder in the place of the socket is no agent', async () => {
      await mkdir(lab.local('agent.sock'));
      await chmod(lab.local('agent.sock'), 0o755);
      try {
        assert.equal((await failureOf(connectionTo(lab, 'open', transport))).reason, 'agent-not-running');
      } finally {
        await rm(lab.local('agent.sock'), { recursive: true });
      }
    });
  });
}
