import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeFailure, FAILURE_REASONS, HostError, type HostFailure } from '../../../../extension/hosts/index.ts';
import { failureWords } from '../../../../extension/connect/failure-words.ts';
import { isRetried } from '../../../../extension/hosts/failure.ts';

const host = 'web-1';
const socket = '/run/inquest/agent.sock';

const cluster = { host, namespace: 'a b' } as const;

/** Each failure with words that its text must have and the line it gives to copy. */
const CASES: readonly (readonly [HostFailure, RegExp, RegExp, string | undefined])[] = [
  [{ reason: 'no-such-host', host }, /web-1/, /spelling/, undefined],
  [
    { reason: 'refused', host, port: 22, detail: 'Connection refused' },
    /port 22.*Connection refused/,
    /firewall/,
    undefined,
  ],
  [
    { reason: 'refused', host, port: undefined, detail: 'No route' },
    /web-1 came about: No route/,
    /firewall/,
    undefined,
  ],
  [
    { reason: 'host-key', problem: 'changed', host, fingerprint: 'SHA256:x', keyType: 'RSA', file: '/h/k n', line: 7 },
    /RSA key.*\/h\/k n:7.*SHA256:x/,
    /remove the old one/,
    "sed -i 7d '/h/k n'",
  ],
  [
    { reason: 'host-key', problem: 'revoked', host, file: '/k', line: 1 },
    /revoked in \/k:1/,
    /Do not connect/,
    undefined,
  ],
  [{ reason: 'host-key', problem: 'unknown', host, fingerprint: 'SHA256:x' }, /SHA256:x/, /by hand/, undefined],
  [{ reason: 'host-key', problem: 'rejected', host, fingerprint: 'SHA256:x' }, /did not trust/, /Compare/, undefined],
  [
    { reason: 'host-key', problem: 'certificate-authority', host, file: '/k', line: 2 },
    /authority/,
    /openssh/,
    undefined,
  ],
  [
    { reason: 'authentication', host, user: 'ann', methods: ['publickey'], attended: true },
    /ann.*publickey/,
    /IdentityFile/,
    'ssh -v -- web-1',
  ],
  [
    { reason: 'authentication', host, user: 'ann', methods: [], attended: false },
    /ann\.$/,
    /by hand/,
    'ssh -v -- web-1',
  ],
  [{ reason: 'agent-not-installed', host, socket, command: 'inquest' }, /no command inquest/, /Install/, undefined],
  [{ reason: 'agent-not-running', host, socket }, /agent\.sock/, /Start/, 'sudo systemctl start inquest'],
  [
    { reason: 'no-permission-on-socket', host, user: 'ann', group: 'inquest', socket, sudo: 'not-used' },
    /members of the group inquest/,
    /log in there again/,
    'sudo usermod -aG inquest ann',
  ],
  [
    { reason: 'no-permission-on-socket', host, user: 'a; b', group: 'inquest', socket, sudo: 'refused' },
    /sudo on the host/,
    /group/,
    "sudo usermod -aG inquest 'a; b'",
  ],
  [
    { reason: 'forwarding-disabled', host, dialStdio: 'not-allowed' },
    /allow nothing else/,
    /route/,
    'AllowStreamLocalForwarding yes',
  ],
  [
    { reason: 'forwarding-disabled', host, dialStdio: 'no-command' },
    /not in PATH/,
    /path of inquest/,
    'AllowStreamLocalForwarding yes',
  ],
  [
    { ...cluster, reason: 'cluster-denied', problem: 'no-kubectl', detail: 'There is no kubectl.' },
    /no kubectl/,
    /inquest\.kubectl\.path/,
    undefined,
  ],
  [
    { ...cluster, reason: 'cluster-denied', problem: 'no-context', detail: 'no context' },
    /no context/,
    /Correct the context/,
    'kubectl config get-contexts',
  ],
  [
    { ...cluster, reason: 'cluster-denied', problem: 'authentication', detail: 'Unauthorized' },
    /Unauthorized/,
    /Log in/,
    'kubectl auth whoami',
  ],
  [
    { ...cluster, reason: 'cluster-denied', problem: 'forbidden', detail: 'pods is forbidden' },
    /forbidden/,
    /inquest-reader/,
    "kubectl create rolebinding inquest-reader --namespace 'a b' --role inquest-reader --user NAME",
  ],
  [
    { ...cluster, reason: 'cluster-unavailable', problem: 'no-agent', detail: 'There is no pod' },
    /no pod/,
    /deployed/,
    "kubectl get pods --namespace 'a b' --selector app.kubernetes.io/name=inquest --output wide",
  ],
  [
    { ...cluster, reason: 'cluster-unavailable', problem: 'not-running', detail: 'Its pod is Pending.' },
    /Pending/,
    /tried again/,
    "kubectl describe pods --namespace 'a b' --selector app.kubernetes.io/name=inquest",
  ],
  [
    { ...cluster, reason: 'cluster-unavailable', problem: 'unreachable', detail: 'i/o timeout' },
    /timeout/,
    /VPN/,
    'kubectl cluster-info',
  ],
  [{ reason: 'agent-too-old', host }, /older/, /on the host/, undefined],
  [{ reason: 'agent-too-new', host }, /newer/, /extension/, undefined],
  [{ reason: 'agent-failed', host, detail: 'Too many connections.' }, /Too many/, /tried again/, 'inquest doctor'],
  [{ reason: 'timeout', host, seconds: 30 }, /30 seconds/, /up/, undefined],
  [{ reason: 'connection-lost', host, detail: 'Broken pipe' }, /Broken pipe/, /by itself/, undefined],
  [{ reason: 'configuration', host, detail: 'line 3' }, /line 3/, /config/, undefined],
  [{ reason: 'cancelled', host }, /cancelled/, /again/, undefined],
];

describe('what a person is told', () => {
  for (const [failure, detail, next, command] of CASES) {
    test('each is named in words that the row of a narrow side bar has room for', () => {
      for (const [failure] of CASES) {
        const words = failureWords(failure);
        assert.ok(words.length > 0 && words.length <= 22, `${failure.reason}: ${words}`);
      }
    });

    test(`${failure.reason} ${'problem' in failure ? failure.problem : ''}`, () => {
      const text = describeFailure(failure);
      assert.match(text.title, /web-1|a; b/);
      assert.match(text.detail, detail);
      assert.match(text.next, next);
      assert.equal(text.command, command);
      assert.equal(text.runOn === undefined, command === undefined);
      assert.doesNotMatch(JSON.stringify(text), /\{\d\}|undefined/);
    });
  }

  test('every reason has a text of its own', () => {
    assert.deepEqual(new Set(CASES.map(([{ reason }]) => reason)), new Set(FAILURE_REASONS));
    const titles = CASES.map(([failure]) => describeFailure(failure)).map(({ title, detail }) => `${title} ${detail}`);
    assert.equal(new Set(titles).size, CASES.length);
  });

  test('texts can be translated', () => {
    const seen: string[] = [];
    describeFailure({ reason: 'no-such-host', host }, (message, ...values) => {
      seen.push(`${message}|${values.join()}`);
      return message;
    });
    assert.deepEqual(seen.slice(0, 2), [
      'No such host: {0}|web-1',
      'The name {0} does not resolve to an address.|web-1',
    ]);
  });

  test('what only a person can mend is not tried again', () => {
    const stopped = FAILURE_REASONS.filter((reason) => !isRetried(reason));
    for (const reason of ['authentication', 'host-key'] as const) assert.ok(stopped.includes(reason));
    assert.ok(!stopped.includes('refused'));
  });

  test('an error says for the log what happened', () => {
    assert.equal(new HostError({ reason: 'refused', host, port: 22, detail: 'no' }).message, 'web-1: refused (no)');
  });
});

test('a title names the machine that it is about, not our own word for this one', () => {
  const { title } = describeFailure({ reason: 'agent-not-running', host: 'local', socket });
  assert.equal(title, 'The agent on this machine is not running');
});
