import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { DEFAULT_HOST_SETTINGS } from '../../../../extension/hosts/index.ts';
import { masterArguments } from '../../../../extension/hosts/openssh/arguments.ts';
import { parseAskpassPrompt } from '../../../../extension/hosts/openssh/askpass-prompt.ts';
import { Askpass, PrivateFolder, type Question } from '../../../../extension/hosts/openssh/askpass.ts';
import { classifyClientEnd, type ClientEnd } from '../../../../extension/hosts/openssh/classify.ts';
import { runCommand } from '../../../support/run-command.ts';

const END: ClientEnd = { host: 'web-1', user: 'ann', stderr: '', attended: true, keyRejected: false };
const CHANGED = `@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
The fingerprint for the ED25519 key sent by the remote host is
SHA256:7S6W8gCkU7hJ0q5mqEnpqUO0oE5g2ZQ9C1yqXqXh4xk.
Please contact your system administrator.
Add correct host key in /home/ann/.ssh/known_hosts to get rid of this message.
Offending ECDSA key in /home/ann/.ssh/known hosts:12
Host key verification failed.
`;

describe('why ssh ended', () => {
  const ROWS: readonly (readonly [string, object, Partial<ClientEnd>?])[] = [
    ['ssh: Could not resolve hostname web-1: Name or service not known', { reason: 'no-such-host', host: 'web-1' }],
    ['ssh: Could not resolve hostname jump: Name or service not known', { reason: 'no-such-host', host: 'jump' }],
    [
      'ssh: connect to host 10.0.0.1 port 2222: Connection refused\r\n',
      { reason: 'refused', host: 'web-1', port: 2222, detail: 'Connection refused' },
    ],
    [
      'ann@web-1: Permission denied (publickey,password).',
      { reason: 'authentication', host: 'web-1', user: 'ann', methods: ['publickey', 'password'], attended: true },
    ],
    [
      'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures',
      { reason: 'authentication', host: 'web-1', user: 'ann', methods: [], attended: true },
    ],
    [
      CHANGED,
      {
        reason: 'host-key',
        problem: 'changed',
        host: 'web-1',
        fingerprint: 'SHA256:7S6W8gCkU7hJ0q5mqEnpqUO0oE5g2ZQ9C1yqXqXh4xk',
        keyType: 'ED25519',
        file: '/home/ann/.ssh/known hosts',
        line: 12,
      },
    ],
    [
      'No ED25519 host key is known for web-1 and you have requested strict checking.\nHost key verification failed.',
      { reason: 'host-key', problem: 'unknown', host: 'web-1' },
    ],
    [
      'Host key verification failed.',
      { reason: 'host-key', problem: 'rejected', host: 'web-1' },
      { keyRejected: true },
    ],
    [
      '/home/ann/.ssh/config: line 3: Bad configuration option: nonsense',
      {
        reason: 'configuration',
        host: 'web-1',
        detail: '/home/ann/.ssh/config: line 3: Bad configuration option: nonsense',
      },
    ],
    [
      'noise\nkex_exchange_identification: read: Connection reset by peer',
      {
        reason: 'refused',
        host: 'web-1',
        port: undefined,
        detail: 'kex_exchange_identification: read: Connection reset by peer',
      },
    ],
    ['', { reason: 'refused', host: 'web-1', port: undefined, detail: 'ssh ended without a word' }],
  ];
  for (const [stderr, expected, more] of ROWS) {
    test(stderr.split('\n').at(-1) ?? '', () => {
      assert.deepEqual(classifyClientEnd({ ...END, stderr, ...more }), expected);
    });
  }

  test('what a server says is shown without its controls', () => {
    const failure = classifyClientEnd({ ...END, stderr: 'evil \u001b[31mred' });
    assert.equal(failure.reason === 'refused' && failure.detail, 'evil \\x1b[31mred');
  });
});

describe('what ssh asks', () => {
  test('prompts are told apart', () => {
    const kinds = [
      "Enter passphrase for key '/home/ann/.ssh/id_ed25519': ",
      "ann@web-1's password: ",
      "(ann@web-1) ann@web-1's password: ",
      '(ann@web-1) Verification code: ',
      "The authenticity of host '[web-1]:22 ([10.0.0.1]:22)' can't be established.\nED25519 key fingerprint is SHA256:abc.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ",
    ].map((prompt) => parseAskpassPrompt(prompt, undefined));
    assert.deepEqual(kinds, [
      { kind: 'passphrase', keyFile: '/home/ann/.ssh/id_ed25519' },
      { kind: 'password', user: 'ann', host: 'web-1' },
      { kind: 'password', user: 'ann', host: 'web-1' },
      { kind: 'question', text: '(ann@web-1) Verification code: ' },
      { kind: 'host-key', host: '[web-1]:22 ([10.0.0.1]:22)', keyType: 'ED25519', fingerprint: 'SHA256:abc' },
    ]);
    assert.equal(parseAskpassPrompt('Confirm user presence for key', 'none').kind, 'notice');
  });

  test('the askpass program carries question and answer, and a refusal', async () => {
    const folder = await PrivateFolder.make();
    const asked: Question[] = [];
    const askpass = await Askpass.start(folder, async (question) => {
      asked.push(question);
      if (question.prompt === 'fails') throw new Error('no');
      return question.prompt === 'secret? ' ? 's€cret' : undefined;
    });
    try {
      const env = { ...process.env, ...askpass.environment };
      const launcher = askpass.environment['SSH_ASKPASS'] ?? '';
      const answered = await runCommand(launcher, ['secret? '], { env: { ...env, SSH_ASKPASS_PROMPT: 'confirm' } });
      assert.deepEqual([answered.stdout, answered.code], ['s€cret\n', 0]);
      for (const prompt of ['refused? ', 'fails']) {
        const refused = await runCommand(launcher, [prompt], { env });
        assert.deepEqual([refused.stdout, refused.code], ['', 1]);
      }
      assert.deepEqual(asked[0], { prompt: 'secret? ', hint: 'confirm' });
      for (const nonsense of ['not json', '{"prompt":1}', '[]']) {
        const stranger = connect({ path: askpass.environment['INQUEST_ASKPASS_SOCKET'] ?? '' });
        stranger.end(nonsense);
        assert.equal(await text(stranger), '');
      }
    } finally {
      askpass.stop();
      await folder.remove();
    }
  });
});

describe('how ssh is called', () => {
  const settings = { ...DEFAULT_HOST_SETTINGS, target: 'ann@web-1:22', sshConfigFile: '/my config' };
  const target = { alias: 'web-1', user: 'ann', port: 22 };

  test('nothing of a person’s own sessions happens, keep-alive is on, and the host is never an option', () => {
    const argv = masterArguments({ settings, target, controlPath: '/tmp/100%/c', batch: true });
    for (const option of [
      'ClearAllForwardings=yes',
      'ForwardAgent=no',
      'RemoteCommand=none',
      'ServerAliveInterval=15',
      'ServerAliveCountMax=3',
      'BatchMode=yes',
      'ControlPath=/tmp/100%%/c',
    ]) {
      assert.ok(argv.includes(option), option);
    }
    assert.deepEqual(argv.slice(0, 2), ['-F', '/my config']);
    assert.deepEqual(argv.slice(-7, -1), ['-p', '22', '-l', 'ann', '--', 'web-1']);
  });

  test('where there are no control sockets there is no master', () => {
    const argv = masterArguments({
      settings: DEFAULT_HOST_SETTINGS,
      target: { alias: 'a' },
      controlPath: undefined,
      batch: false,
    });
    assert.ok(argv.includes('ControlPath=none'));
    assert.ok(!argv.includes('BatchMode=yes'));
  });
});
