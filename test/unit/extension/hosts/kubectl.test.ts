import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  createHostConnection,
  DEFAULT_HOST_SETTINGS,
  HostError,
  type HostConnection,
  type HostFailure,
} from '../../../../extension/hosts/index.ts';
import { listContexts, listNodes } from '../../../../extension/hosts/kubectl/browse.ts';
import { classifyKubectlEnd } from '../../../../extension/hosts/kubectl/classify.ts';
import { formatKubectlTarget, parseKubectlTarget } from '../../../../extension/hosts/kubectl/target.ts';
import { readHosts } from '../../../../extension/settings/read-hosts.ts';
import { oomDeath } from '../../../support/death-gallery.ts';
import { startFakeAgent } from '../../../support/fake-agent.ts';
import { isAlive, waitFor } from '../../../support/process-tree.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', '..', 'agent', 'cli', 'main.ts');
const EKS = 'arn:aws:eks:eu-west-1:4711:cluster/prod';

describe('the name of an agent in a cluster', () => {
  for (const [text, expected] of [
    ['kubectl://prod/node-1', { context: 'prod', namespace: 'inquest', node: 'node-1' }],
    ['KUBECTL://prod/node-1.example', { context: 'prod', namespace: 'inquest', node: 'node-1.example' }],
    ['kubectl:///node-1', { context: '', namespace: 'inquest', node: 'node-1' }],
    ['kubectl://prod/ops/inquest-x7k', { context: 'prod', namespace: 'ops', pod: 'inquest-x7k' }],
    [formatKubectlTarget(EKS, 'n1'), { context: EKS, namespace: 'inquest', node: 'n1' }],
    [
      formatKubectlTarget('$(reboot) --kubeconfig=/x', 'n1'),
      { context: '$(reboot) --kubeconfig=/x', namespace: 'inquest', node: 'n1' },
    ],
    ['kubectl://prod', undefined],
    ['kubectl://prod/', undefined],
    ['kubectl://prod/-n1', undefined],
    ['kubectl://prod/n1,metadata.name!=x', undefined],
    ['kubectl://prod/ops/pod/more', undefined],
    ['kubectl://a%00b/n1', undefined],
    ['kubectl://a%zz/n1', undefined],
    ['ssh://prod/n1', undefined],
  ] as const) {
    test(text, () => {
      assert.deepEqual(parseKubectlTarget(text, 'inquest'), expected);
    });
  }

  test('is taken from the settings, and there is one way into a pod', () => {
    const none = { localAgent: 'off', localSocket: '', sshTransport: 'auto', sshPath: '', sshConfigFile: '' } as const;
    const hosts = [{ host: 'kubectl://prod/n1', namespace: 'ops', route: 'forward', sudo: true }];
    const { hosts: read } = readHosts({ ...none, hosts, kubectlPath: '/opt/kubectl' }, false);
    const settings = read[0]?.settings;
    assert.equal(settings?.route, 'dial-stdio');
    assert.equal(settings.sudo, false);
    assert.equal(settings.namespace, 'ops');
    assert.equal(settings.kubectlPath, '/opt/kubectl');
  });
});

describe('why kubectl ended', () => {
  for (const [stderr, reason, problem] of [
    ['error: context "x" does not exist', 'cluster-denied', 'no-context'],
    ['error: no context exists with the name: "x"', 'cluster-denied', 'no-context'],
    ['error: error loading config file "/h/.kube/config": yaml: line 3', 'cluster-denied', 'no-context'],
    ['error: You must be logged in to the server (Unauthorized)', 'cluster-denied', 'authentication'],
    [
      'Unable to connect to the server: getting credentials: exec: executable aws not found',
      'cluster-denied',
      'authentication',
    ],
    [
      'Error from server (Forbidden): pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "inquest"',
      'cluster-denied',
      'forbidden',
    ],
    [
      'Error from server (Forbidden): pods "inquest-x" is forbidden: User "ann" cannot create resource "pods/exec"',
      'cluster-denied',
      'forbidden',
    ],
    ['Error from server (NotFound): pods "inquest-x" not found', 'cluster-unavailable', 'no-agent'],
    ['error: container agent is not valid for pod web', 'cluster-unavailable', 'no-agent'],
    ['error: unable to upgrade connection: container not found ("agent")', 'cluster-unavailable', 'not-running'],
    [
      'error: cannot exec into a container in a completed pod; current phase is Failed',
      'cluster-unavailable',
      'not-running',
    ],
    ['Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout', 'cluster-unavailable', 'unreachable'],
    [
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
      'cluster-unavailable',
      'unreachable',
    ],
    ['', 'cluster-unavailable', 'unreachable'],
  ] as const) {
    test(stderr === '' ? 'without a word' : stderr, () => {
      const failure = classifyKubectlEnd({ host: 'h', namespace: 'n', stderr });
      assert.deepEqual([failure.reason, failure.problem], [reason, problem]);
      assert.notEqual(failure.detail, '');
    });
  }

  test('what it said is escaped', () => {
    const { detail } = classifyKubectlEnd({ host: 'h', namespace: 'n', stderr: 'error: \u001b[31mred\u202e' });
    assert.equal(detail, 'error: \\x1b[31mred\\u{202e}');
  });
});

/** A kubectl that plays the cluster: what it runs "in the pod" runs here, and reaches the agent of the test. */
describe('an agent in a pod', () => {
  let folder: string;
  const connections: HostConnection[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
    const bridge = `#!/bin/sh\nexec ${process.execPath} --disable-warning=ExperimentalWarning ${MAIN} "$@"\n`;
    await writeFile(join(folder, 'inquest'), bridge, { mode: 0o755 });
    await kubectl('');
    await pods([{ name: 'inquest-x7k', phase: 'Running' }]);
  });

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** @param behaviour lines of shell that come before what it usually does */
  async function kubectl(behaviour: string): Promise<void> {
    const script = `#!/bin/sh
cd '${folder}'
for word; do printf '%s\\n' "$word"; done >>said
echo end >>said
${behaviour}
case "$*" in
  *' get pods '*|'get pods '*) exec cat pods.json ;;
esac
while [ "$1" != -- ]; do shift; done
shift
echo $$ >pid
exec "$@"
`;
    await writeFile(join(folder, 'kubectl'), script, { mode: 0o755 });
  }

  async function pods(
    list: readonly { readonly name: string; readonly phase: string; readonly going?: boolean }[],
  ): Promise<void> {
    const items = list.map(({ name, phase, going = false }) => ({
      metadata: { name, ...(going ? { deletionTimestamp: '2026-11-23T06:17:00Z' } : {}) },
      spec: { nodeName: 'n1' },
      status: { phase },
    }));
    await writeFile(join(folder, 'pods.json'), JSON.stringify({ kind: 'List', items }));
  }

  function make(target = formatKubectlTarget(EKS, 'n1'), kubectlPath = join(folder, 'kubectl')): HostConnection {
    const quiet = (): undefined => undefined;
    const nobody = (): never => assert.fail('nobody is asked here');
    const connection = createHostConnection({
      settings: {
        ...DEFAULT_HOST_SETTINGS,
        target,
        route: 'dial-stdio',
        kubectlPath,
        socket: join(folder, 'agent.sock'),
        command: join(folder, 'inquest'),
      },
      identity: { clientName: 'test', clientVersion: '0.1.0', timeoutMs: 10_000 },
      prompter: { passphrase: nobody, password: nobody, keyboardInteractive: nobody, confirmHostKey: nobody },
      log: { debug: quiet, info: quiet, warn: quiet },
      backoff: { minMs: 60_000, maxMs: 60_000 },
    });
    connections.push(connection);
    return connection;
  }

  async function failureOf(connection: HostConnection): Promise<HostFailure & { readonly problem?: string }> {
    try {
      await connection.connect({ attended: false });
    } catch (error) {
      if (error instanceof HostError) return error.failure;
      throw error;
    }
    return assert.fail('it connected');
  }

  async function said(): Promise<readonly (readonly string[])[]> {
    const text = await readFile(join(folder, 'said'), 'utf8');
    return text
      .split('end\n')
      .slice(0, -1)
      .map((call) => call.split('\n').slice(0, -1));
  }

  test('is found on its node and spoken to through exec', async () => {
    const agent = await startFakeAgent({ socket: join(folder, 'agent.sock'), deaths: [oomDeath] });
    try {
      const connection = make();
      await connection.connect({ attended: false });
      assert.equal(connection.state.kind === 'connected' ? connection.state.transport : '', 'kubectl');
      const { deaths } = await connection.request('deaths/list', {});
      assert.ok(deaths.length > 0);
      const [get, exec] = await said();
      assert.deepEqual(get, [
        `--context=${EKS}`,
        '--request-timeout=10s',
        'get',
        'pods',
        '--namespace=inquest',
        '--output=json',
        '--selector=app.kubernetes.io/name=inquest',
        '--field-selector=spec.nodeName=n1',
      ]);
      assert.deepEqual(exec?.slice(0, 8), [
        `--context=${EKS}`,
        'exec',
        '--stdin',
        '--namespace=inquest',
        '--container=agent',
        'inquest-x7k',
        '--',
        'sh',
      ]);
      const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
      connection.disconnect();
      assert.ok(await waitFor(() => !isAlive(pid), 5_000), 'kubectl was left behind');
    } finally {
      await agent.stop();
    }
  });

  test('a context is one word to kubectl, whatever it is called', async () => {
    const hostile = '--kubeconfig=/x; touch owned $(touch owned)';
    await failureOf(make(formatKubectlTarget(hostile, 'n1')));
    assert.equal((await said())[0]?.[0], `--context=${hostile}`);
    assert.ok(!existsSync(join(folder, 'owned')));
  });

  test('of two pods the one that runs is taken', async () => {
    const going = { name: 'inquest-old', phase: 'Running', going: true };
    await pods([going, { name: 'inquest-new', phase: 'Running' }]);
    await failureOf(make());
    assert.ok((await said())[1]?.includes('inquest-new'));
  });

  test('its clusters and their nodes can be chosen from', async () => {
    await kubectl(`case "$*" in 'config get-contexts --output=name') printf '%s\\n' lab '${EKS}'; exit;; esac`);
    await pods([{ name: 'inquest-x7k', phase: 'Running' }]);
    assert.deepEqual(await listContexts(join(folder, 'kubectl')), ['lab', EKS]);
    assert.deepEqual(await listNodes(join(folder, 'kubectl'), EKS, 'inquest'), ['n1']);
    assert.deepEqual(await listContexts(join(folder, 'nowhere')), []);
  });

  test('a cluster in which no node can be chosen says why', async () => {
    const why = (path: string): Promise<string> =>
      listNodes(path, EKS, 'inquest').then(
        (nodes) => nodes.join(),
        (error: unknown) =>
          error instanceof HostError && 'problem' in error.failure ? error.failure.problem : String(error),
      );
    assert.equal(await why(join(folder, 'nowhere')), 'no-kubectl');
    await kubectl('');
    await pods([]);
    assert.equal(await why(join(folder, 'kubectl')), 'no-agent');
    await kubectl('echo "Error from server (Forbidden): pods is forbidden" >&2; exit 1');
    assert.equal(await why(join(folder, 'kubectl')), 'forbidden');
  });

  test('no kubectl', async () => {
    const { reason, problem } = await failureOf(make(undefined, join(folder, 'nowhere')));
    assert.deepEqual([reason, problem], ['cluster-denied', 'no-kubectl']);
  });

  test('a target that is none', async () => {
    assert.equal((await failureOf(make('kubectl://prod'))).reason, 'configuration');
  });

  test('no pod on the node', async () => {
    await pods([]);
    const { problem, ...failure } = await failureOf(make());
    assert.equal(problem, 'no-agent');
    assert.match('detail' in failure ? failure.detail : '', /on the node n1 in the namespace inquest/);
  });

  test('a pod that does not run yet', async () => {
    await pods([{ name: 'inquest-x7k', phase: 'Pending' }]);
    const { problem, ...failure } = await failureOf(make());
    assert.equal(problem, 'not-running');
    assert.match('detail' in failure ? failure.detail : '', /inquest-x7k is Pending/);
  });

  test('a pod in which the agent has no socket yet', async () => {
    const { problem, ...failure } = await failureOf(make());
    assert.equal(problem, 'not-running');
    assert.match('detail' in failure ? failure.detail : '', /no socket/);
  });

  test('an answer that is no list of pods', async () => {
    await writeFile(join(folder, 'pods.json'), 'Please log in at https://…');
    assert.equal((await failureOf(make())).problem, 'unreachable');
  });

  test('an exec that is not allowed', async () => {
    await kubectl(
      'case "$*" in *exec*) echo "Error from server (Forbidden): pods \\"x\\" is forbidden: cannot create pods/exec" >&2; exit 1;; esac',
    );
    const { reason, problem } = await failureOf(make());
    assert.deepEqual([reason, problem], ['cluster-denied', 'forbidden']);
  });

  test('a kubectl that would ask somebody has nobody to ask', async () => {
    // What asks reads from the terminal, and there is none.
    await kubectl(
      'if (: </dev/tty) 2>/dev/null; then echo terminal >tty; fi; read -r answer || echo "error: Unauthorized" >&2 && exit 1',
    );
    assert.equal((await failureOf(make())).problem, 'authentication');
  });

  test('an attempt that is given up leaves nothing behind', async () => {
    await kubectl('case "$*" in *exec*) echo $$ >pid; exec sleep 1000;; esac');
    const connection = make();
    const failure = failureOf(connection);
    assert.ok(await waitFor(() => existsSync(join(folder, 'pid')), 10_000));
    connection.disconnect();
    assert.equal((await failure).reason, 'cancelled');
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    assert.ok(await waitFor(() => !isAlive(pid), 5_000), 'kubectl was left behind');
  });
});
