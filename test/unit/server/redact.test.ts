import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvidenceData } from '../../../agent/domain/evidence.ts';
import { redactEvidence, redactForPlain } from '../../../agent/server/redact.ts';
import { GALLERY } from '../../support/death-gallery.ts';
import { evidenceOf, processOf } from '../../support/deaths.ts';

const SECRET = 'hunter2';

/** Every argument after the program's name, and every log line, of anything below. */
function privateWords(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    if (key === 'argv' && Array.isArray(member)) return member.slice(1).filter((word) => typeof word === 'string');
    if (key === 'lines' && Array.isArray(member)) return member.map((line: { text: string }) => line.text);
    return privateWords(member);
  });
}

for (const [name, death] of Object.entries(GALLERY)) {
  test(`nothing of a command line or a log is left of ${name}`, () => {
    const plain = JSON.stringify(redactForPlain(death));
    const open = JSON.stringify(death.container);
    for (const word of privateWords(death).filter((each) => each.length > 4 && !open.includes(each))) {
      assert.ok(!plain.includes(JSON.stringify(word).slice(1, -1)), word);
    }
    assert.ok(!plain.includes('"argv"'));
  });
}

const someone = processOf(7, ['/bin/tool', `--password=${SECRET}`], { argvTruncated: true, exe: 'tool' });
const pod = { uid: 'u', namespace: 'shop', name: 'web-1', container: 'app' };

const EVERY_KIND: readonly EvidenceData[] = [
  { kind: 'process_exec', process: someone, isMain: true, filename: `/opt/${SECRET}` },
  {
    kind: 'signal_sent',
    signal: 9,
    code: 0,
    info: 'struct',
    group: true,
    result: 'already_pending',
    target: someone,
    targetIsMain: true,
    disposition: 'default',
    targetIsNamespaceInit: true,
    sender: someone,
    ancestry: [someone],
  },
  { kind: 'signal_received', signal: 15, process: someone, isMain: true },
  { kind: 'oom_kill', victim: someone, victimIsMain: true, trigger: someone, levels: [] },
  {
    kind: 'process_exit',
    process: someone,
    isMain: true,
    status: { kind: 'exited', code: 3 },
    maxRssBytes: 1,
    cpuTimeUs: 1,
  },
  { kind: 'cpu_throttle', quotaUs: 1, periodUs: 1, periods: 2, throttledPeriods: 1, throttledUs: 1 },
  { kind: 'container_created', cgroupPath: '/docker/x' },
  { kind: 'container_removed', cgroupPath: '/docker/x' },
  { kind: 'runtime_event', action: 'exec_die' },
  {
    kind: 'runtime_request',
    runtime: 'docker',
    socket: '/run/docker.sock',
    action: 'stop',
    container: 'web',
    client: someone,
    ancestry: [someone],
  },
  { kind: 'runtime_state', running: false, exitCode: 1, error: `exec ${SECRET}`, lastHealthOutput: SECRET },
  { kind: 'runtime_state', running: false },
  { kind: 'runtime_connection', state: 'lost' },
  { kind: 'orchestrator_connection', state: 'lost' },
  { kind: 'orchestrator_event', pod, reason: 'Unhealthy', message: `Liveness probe failed: ${SECRET}`, count: 1 },
  {
    kind: 'orchestrator_state',
    pod,
    message: SECRET,
    disruption: { reason: 'EvictionByEvictionAPI', message: SECRET, at: 1 },
    probes: [{ kind: 'liveness', check: SECRET, periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 }],
  },
  { kind: 'kernel_log_oom', constraint: 'none', victimComm: 'tool', victimPid: 7 },
  { kind: 'kernel_log_fault', comm: 'tool', pid: 7, text: SECRET },
  { kind: 'vitals', samples: [] },
  { kind: 'log_tail', lines: [{ stream: 'stderr', text: SECRET }], truncated: false, redactions: 0 },
  { kind: 'evidence_gap', reason: 'ring_full', lost: 3, recordKinds: [] },
];

for (const data of EVERY_KIND) {
  test(`evidence of kind ${data.kind} is described anew without secrets`, () => {
    const plain = redactEvidence(evidenceOf(0, 'kernel', `says ${SECRET}`, data));
    assert.ok(!JSON.stringify(plain).includes(SECRET));
    assert.equal(plain.data.kind, data.kind);
    assert.match(plain.text, /\w/);
  });
}

test('what decides stays: signal, result, sizes and who', () => {
  const sent = EVERY_KIND.find(({ kind }) => kind === 'signal_sent');
  assert.ok(sent !== undefined);
  const { text } = redactEvidence(evidenceOf(0, 'kernel', '', sent));
  assert.equal(text, 'SIGKILL to tool (pid 7), sent by tool (pid 7): already pending');
});
