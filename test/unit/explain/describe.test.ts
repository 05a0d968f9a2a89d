import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Evidence, EvidenceData, EvidenceKind, GapReason, SignalResult } from '../../../agent/domain/evidence.ts';
import type { ProcessRef } from '../../../agent/domain/process.ts';
import { describe as sentence } from '../../../agent/explain/describe.ts';
import { isRaw, madeHostile } from '../../support/hostile-text.ts';
import { Life, levels } from '../../support/life.ts';
import { kernelWorker, personOnHost, runc } from '../../support/senders.ts';

const ID = 'a3f1'.repeat(16);
const MAIN: ProcessRef = {
  pid: 20_001,
  startedAt: 5,
  nsPid: 1,
  comm: 'nginx',
  argv: ['nginx', '-g', 'daemon off;'],
  containerId: ID,
};
const CHILD: ProcessRef = { pid: 20_002, startedAt: 6, nsPid: 7, comm: 'worker', containerId: ID };

/** One of each kind; a new kind does not compile without its line here. */
const SAMPLES: { readonly [K in EvidenceKind]: readonly [Extract<EvidenceData, { kind: K }>, RegExp] } = {
  process_exec: [
    { kind: 'process_exec', process: MAIN, isMain: true, filename: '/usr/sbin/nginx' },
    /^nginx \(PID 1\) ran nginx -g 'daemon off;'$/,
  ],
  signal_sent: [
    {
      kind: 'signal_sent',
      signal: 9,
      code: 0,
      info: 'struct',
      group: true,
      result: 'delivered',
      target: MAIN,
      targetIsMain: true,
      disposition: 'default',
      targetIsNamespaceInit: true,
      sender: personOnHost().process,
      ancestry: [],
    },
    /^SIGKILL to nginx \(PID 1\), from -bash \(pid 4242, user root, logged in as ana, on pts\/0\)$/,
  ],
  signal_received: [
    { kind: 'signal_received', signal: 15, process: MAIN, isMain: true },
    /^nginx \(PID 1\) handled SIGTERM$/,
  ],
  oom_kill: [
    { kind: 'oom_kill', victim: CHILD, victimIsMain: false, trigger: MAIN, levels: levels(ID, 'container') },
    /chose worker \(pid 7 in the container\): the container used 256 MiB of 256 MiB; nginx \(PID 1\) was the one that asked/,
  ],
  process_fault: [
    {
      kind: 'process_fault',
      process: MAIN,
      isMain: true,
      signal: 11,
      code: 1,
      instruction: '0x401790',
      stackPointer: '0x7ffc051fbf40',
      address: '0x8',
      access: 'read',
      frames: [
        {
          address: '0x401790',
          module: 'nginx',
          offset: '0x1790',
          function: 'handle_request',
          file: 'src/http.c',
          line: 42,
        },
        { address: '0x4018a0', module: 'nginx', offset: '0x18a0', function: 'main', file: 'src/main.c', line: 7 },
      ],
      truncated: false,
    },
    /^nginx \(PID 1\) at SIGSEGV: it read through a null pointer plus 8 \(address 0x8\), in handle_request\(\) at http.c:42, called from main\(\); backtrace of 2 frames$/,
  ],
  process_exit: [
    {
      kind: 'process_exit',
      process: MAIN,
      isMain: true,
      status: { kind: 'signaled', signal: 11, coreDumped: true },
      maxRssBytes: 1,
      cpuTimeUs: 1,
      memory: { usageBytes: 1, peakBytes: 2_097_152, limitBytes: 4_194_304, oomEvents: 0, limitHits: 0 },
    },
    /^nginx \(PID 1\) was ended by SIGSEGV \(core dumped\); the container had used 2 MiB of 4 MiB at most$/,
  ],
  cpu_throttle: [
    { kind: 'cpu_throttle', quotaUs: 1, periodUs: 2, periods: 100, throttledPeriods: 60, throttledUs: 3_000_000 },
    /60 of 100 periods \(3\.0 s in all\)/,
  ],
  container_created: [{ kind: 'container_created', cgroupPath: '/docker/x' }, /cgroup was made/],
  container_removed: [{ kind: 'container_removed', cgroupPath: '/docker/x' }, /cgroup was removed/],
  runtime_event: [{ kind: 'runtime_event', action: 'kill', signal: 15 }, /announced kill with SIGTERM/],
  runtime_request: [
    {
      kind: 'runtime_request',
      runtime: 'docker',
      socket: '/run/docker.sock',
      action: 'stop',
      container: 'web',
      graceSeconds: 5,
      client: personOnHost(['docker', 'stop', 'web']).process,
      ancestry: [],
    },
    /^docker \(pid 4242, user root, logged in as ana, on pts\/0\) asked Docker to stop it, within 5 s$/,
  ],
  runtime_state: [
    { kind: 'runtime_state', running: false, exitCode: 127, oomKilled: false, error: 'no such file' },
    /exit code 127, OOMKilled false, error: no such file/,
  ],
  runtime_connection: [{ kind: 'runtime_connection', state: 'lost' }, /connection to the runtime broke/],
  orchestrator_event: [
    {
      kind: 'orchestrator_event',
      pod: { uid: 'u', namespace: 'shop', name: 'web-1', container: 'app' },
      reason: 'Unhealthy',
      message: 'Liveness probe failed: \u001b[31m500',
      count: 3,
      reporter: 'kubelet',
    },
    /^kubelet announced Unhealthy, 3 times so far \(“Liveness probe failed: \\x1b\[31m500”\)$/,
  ],
  orchestrator_state: [
    {
      kind: 'orchestrator_state',
      pod: { uid: 'u', namespace: 'shop', name: 'web-1', container: 'app' },
      workload: { kind: 'Deployment', name: 'web' },
      restarts: 2,
      probes: [
        { kind: 'liveness', check: 'GET :8080/healthz', periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 },
      ],
    },
    /^Kubernetes keeps: pod shop\/web-1 of Deployment web; container restarted 2 times; liveness probe GET :8080\/healthz, every 10 s within 1 s, given up after 3 failures$/,
  ],
  orchestrator_connection: [{ kind: 'orchestrator_connection', state: 'lost' }, /connection to Kubernetes’ API broke/],
  kernel_log_oom: [
    { kind: 'kernel_log_oom', constraint: 'memcg', victimComm: 'java', victimPid: 7, anonRssBytes: 1_048_576 },
    /constraint memcg\), killed java \(pid 7\) with 1 MiB/,
  ],
  kernel_log_fault: [
    { kind: 'kernel_log_fault', comm: 'x', pid: 1, text: 'x[1]: segfault at 0' },
    /x\[1\]: segfault at 0/,
  ],
  vitals: [{ kind: 'vitals', samples: [{ at: 1 }] }, /^1 sample of/],
  log_tail: [
    {
      kind: 'log_tail',
      lines: [
        { stream: 'stdout', text: 'a' },
        { stream: 'stdout', text: 'b' },
      ],
      truncated: false,
      redactions: 0,
    },
    /last 2 lines of its log/,
  ],
  evidence_gap: [
    { kind: 'evidence_gap', reason: 'ring_full', lost: 3, recordKinds: ['signal_sent'], flooder: 'beef'.repeat(16) },
    /^3 records \(signal_sent\) are missing: the kernel’s buffer was full; most came from beefbeefbeef$/,
  ],
};

function of(data: EvidenceData): Evidence {
  return { at: 1, source: 'kernel', containerId: ID, data };
}

describe('sentences for evidence', () => {
  for (const [data, expected] of Object.values(SAMPLES)) {
    test(data.kind, () => {
      assert.match(sentence(of(data)), expected);
      assert.ok(!isRaw(sentence(madeHostile(of(data)))));
    });
  }

  test('what became of a signal is said', () => {
    const [sent] = SAMPLES.signal_sent;
    const said: Readonly<Record<SignalResult, RegExp>> = {
      delivered: /on pts\/0\)$/,
      ignored: /the kernel dropped it/,
      already_pending: /one was pending already/,
      overflow: /the queue was full/,
      info_lost: /without its details/,
    };
    const results: readonly SignalResult[] = ['delivered', 'ignored', 'already_pending', 'overflow', 'info_lost'];
    for (const result of results) assert.match(sentence(of({ ...sent, result })), said[result]);
  });

  test('a sender is told by where it is', () => {
    const [sent] = SAMPLES.signal_sent;
    const from = (sender: ProcessRef | undefined, more: object = {}): string => {
      const { sender: _none, ...rest } = sent;
      return sentence(of({ ...rest, ...(sender === undefined ? {} : { sender }), ...more }));
    };
    assert.match(from(undefined), /from the kernel$/);
    assert.match(from(MAIN), /from itself$/);
    assert.match(from(CHILD), /from worker \(pid 7 in the container\)$/);
    assert.match(from({ ...CHILD, containerId: 'beef'.repeat(16) }), /from worker in container beefbeefbeef$/);
    assert.match(from(runc(9).process, { ancestry: runc(9).ancestry }), /from the runtime \(runc kill\)$/);
    assert.match(from(kernelWorker().process, { info: 'priv' }), /from the kernel, while kworker\/u4:2 .* ran$/);
    assert.match(from(MAIN, { info: 'priv' }), /from the kernel$/);
    assert.match(from(MAIN, { signal: 11, code: 1, faultAddress: '0x18' }), /ran into SIGSEGV at address 0x18$/);
  });

  test('each reason for a gap is said', () => {
    const reasons: readonly GapReason[] = [
      'ring_full',
      'rate_limited',
      'agent_started_late',
      'agent_down',
      'pins_abandoned',
      'containers_full',
      'not_stored',
      'recursion',
    ];
    const texts = reasons.map((reason) => sentence(of({ kind: 'evidence_gap', reason, lost: 0, recordKinds: [] })));
    assert.equal(new Set(texts).size, reasons.length);
    for (const text of texts) assert.match(text, /^records may be missing: ./);
  });

  test('an event is told with what it carries', () => {
    const event = (more: object): string => sentence(of({ kind: 'runtime_event', action: 'die', ...more }));
    assert.match(event({ exitCode: 137 }), /die with exit code 137$/);
    assert.match(event({ health: 'unhealthy' }), /die: unhealthy$/);
    assert.match(event({}), /die$/);
  });

  test('every record of a life has a sentence', () => {
    const life = new Life();
    const main = life.main(['sleep', '600']);
    life.wait(1_000).oom(main, levels(life.id, 'none'));
    life.killed(main, 9);
    for (const record of life.records) assert.ok(sentence(record).length > 0);
  });
});
