import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../../../agent/cli/doctor/check.ts';
import type { Facts } from '../../../agent/cli/doctor/facts.ts';
import { capabilitiesIn, cgroupIn } from '../../../agent/cli/doctor/gather.ts';
import { judge } from '../../../agent/cli/doctor/judge.ts';
import { doctorReportSchema } from '../../../agent/cli/schemas.ts';
import { renderDoctor } from '../../../agent/cli/render/doctor.ts';
import { GIB, MIB } from '../../../agent/domain/bytes.ts';
import { InquestError } from '../../../agent/domain/errors.ts';
import type { Health } from '../../../agent/domain/health.ts';
import type { KernelProbe } from '../../../agent/native/binding.ts';
import { DIED_AT } from '../../support/deaths.ts';
import { startFakeAgent } from '../../support/fake-agent.ts';
import { inquest } from '../../support/inquest.ts';

const PROBE: KernelProbe = {
  kernelRelease: '6.18.0',
  lockdown: 'none',
  cgroupMode: 'v2',
  btf: true,
  capBpf: true,
  capPerfmon: true,
  capSysAdmin: true,
  ringbuf: true,
  markVictimHasTask: true,
  exitHasGroupDead: true,
  preemptsPrograms: false,
  execEvents: false,
  dataReady: true,
  fentry: true,
  kprobe: true,
  iterTask: true,
};

const FACTS: Facts = {
  kernelRelease: '6.18.0-1-amd64',
  uid: 0,
  btf: true,
  capabilities: new Set([21, 38, 39]),
  lockdown: 'none',
  cgroup: 'v2',
  bpffs: true,
  perfEventParanoid: 2,
  addon: { state: 'loaded', probe: PROBE },
  agent: {
    state: 'silent',
    error: new InquestError('agent-not-running', 'No agent is running.', { next: 'Start it.' }),
  },
  runtimes: [{ name: 'Docker', socket: '/var/run/docker.sock', access: 'usable' }],
  store: { path: '/var/lib/inquest', access: 'absent', freeBytes: 50 * GIB },
};

const HEALTH: Health = {
  version: '0.1.0',
  pid: 41,
  host: 'node-7',
  bootId: 'b',
  startedAt: DIED_AT,
  residentBytes: 1,
  kernel: {
    release: '6.18.0',
    btf: true,
    lockdown: undefined,
    cgroup: 'v2',
    origin: 'adopted',
    programs: [{ name: 'signal_generate', attached: true }],
    counters: [{ kind: 'process_exit', seen: 1_200, received: 1_200, lost: 0, suppressed: 4 }],
  },
  collectors: [{ name: 'kernel', state: 'running', since: DIED_AT }],
  store: { path: '/var/lib/inquest', schemaVersion: 1, deaths: 3, bytes: 40_960, lastChange: 3, problem: undefined },
  connections: 1,
  containers: 2,
};

function find(facts: Partial<Facts>, id: string): Check | undefined {
  return judge({ ...FACTS, ...facts }).find((check) => check.id === id);
}

function answering(health: Partial<Health>): Partial<Facts> {
  return { agent: { state: 'answers', health: { ...HEALTH, ...health }, tier: 'sensitive' } };
}

test('a machine that is ready fails nothing, and every remark says what to do', () => {
  const checks = judge(FACTS);
  assert.deepEqual(
    checks.filter(({ state }) => state !== 'ok').map(({ id }) => id),
    ['agent'],
  );
  for (const { state, next } of checks) assert.equal(next === null, state === 'ok');
});

test('what keeps it from working fails, what only hides detail warns', () => {
  const cases: readonly (readonly [Partial<Facts>, string, Check['state'], RegExp])[] = [
    [{ kernelRelease: '5.4.0-150-generic' }, 'kernel', 'fail', /older than 5\.10/],
    [{ kernelRelease: '5.10.0' }, 'kernel', 'ok', /5\.10\.0/],
    [{ btf: false }, 'btf', 'fail', /no BTF/],
    [{ capabilities: new Set(), uid: 1_000 }, 'privileges', 'warn', /may not load/],
    [{ capabilities: new Set([38, 39]), uid: 1_000 }, 'privileges', 'ok', /CAP_BPF/],
    [{ capabilities: new Set([39]) }, 'privileges', 'warn', /may not load/],
    [{ lockdown: 'confidentiality' }, 'lockdown', 'warn', /confidentiality/],
    [{ lockdown: 'integrity' }, 'lockdown', 'ok', /integrity/],
    [{ cgroup: 'none' }, 'cgroup', 'fail', /No cgroup/],
    [{ cgroup: 'v1' }, 'cgroup', 'ok', /version 1/],
    [{ bpffs: false }, 'bpffs', 'fail', /Nothing is mounted/],
    [{ addon: { state: 'missing', reason: 'it is missing' } }, 'addon', 'fail', /missing/],
    [{ ...answering({}), addon: { state: 'missing', reason: 'it is missing' } }, 'addon', 'warn', /missing/],
    [{ addon: { state: 'loaded', probe: { ...PROBE, ringbuf: false } } }, 'programs', 'fail', /ring buffer/],
    [{}, 'requests', 'ok', /can be seen/],
    [
      { addon: { state: 'loaded', probe: { ...PROBE, dataReady: false, fentry: false, kprobe: false } } },
      'requests',
      'warn',
      /neither the tracepoint sk_data_ready \(Linux 6\.3\) nor fentry/,
    ],
    [
      { addon: { state: 'loaded', probe: { ...PROBE, preemptsPrograms: true } } },
      'preemption',
      'warn',
      /skips some of them on a busy processor/,
    ],
    [{ runtimes: [{ name: 'Docker', socket: '/x', access: 'absent' }] }, 'runtimes', 'warn', /No socket/],
    [{ runtimes: [{ name: 'Docker', socket: '/x', access: 'denied' }] }, 'runtimes', 'ok', /not for you/],
    [{ store: { path: '/s', access: 'denied', freeBytes: GIB } }, 'store', 'warn', /may not write/],
    [{ store: { path: '/s', access: 'writable', freeBytes: MIB } }, 'store', 'warn', /that is little/],
    [{ store: { path: '/s', access: 'writable', freeBytes: undefined } }, 'store', 'ok', /^\/s$/],
  ];
  for (const [facts, id, state, detail] of cases) {
    const check = find(facts, id);
    assert.equal(check?.state, state, id);
    assert.match(check.detail, detail);
  }
});

test('a running agent speaks for itself', () => {
  const dead = { name: 'oom_kill', attached: false, reason: 'no such tracepoint' };
  const alive = { name: 'signal_generate', attached: true };
  const { kernel, store } = HEALTH;
  const cases: readonly (readonly [Partial<Facts>, string, Check['state'], RegExp])[] = [
    [answering({}), 'agent', 'ok', /version 0\.1\.0 answers, process 41/],
    [{ agent: { state: 'answers', health: HEALTH, tier: 'plain' } }, 'agent', 'warn', /hides arguments/],
    [{ agent: { state: 'silent', error: new InquestError('no-permission', 'Not you.') } }, 'agent', 'fail', /Not you/],
    [answering({}), 'programs', 'ok', /1 attached, since before this agent started/],
    [
      answering({ kernel: { ...kernel, programs: [alive, dead] } }),
      'programs',
      'warn',
      /not: oom_kill \(no such tracepoint\)/,
    ],
    [
      answering({ kernel: { ...kernel, programs: [{ name: 'x', attached: false }] } }),
      'programs',
      'fail',
      /no reason given/,
    ],
    [answering({ kernel: { ...kernel, programs: [] } }), 'programs', 'fail', /None is attached\./],
    [
      answering({
        kernel: { ...kernel, programs: [alive, { name: 'sk_data_ready', attached: false, reason: 'too old' }] },
      }),
      'requests',
      'warn',
      /cannot be seen: sk_data_ready \(too old\)/,
    ],
    [
      answering({
        kernel: {
          ...kernel,
          programs: [
            { name: 'sk_data_ready', attached: false, reason: 'too old' },
            { name: 'sock_readable_fentry', attached: true },
          ],
        },
      }),
      'requests',
      'ok',
      /can be seen/,
    ],
    [
      {
        ...answering({ kernel: { ...kernel, programs: [{ name: 'sched_process_exit', attached: true }] } }),
        addon: { state: 'loaded', probe: { ...PROBE, preemptsPrograms: true } },
      },
      'preemption',
      'warn',
      /tracefs is not mounted/,
    ],
    [
      {
        ...answering({ kernel: { ...kernel, programs: [{ name: 'sched_process_exit', attached: true }] } }),
        addon: { state: 'loaded', probe: { ...PROBE, preemptsPrograms: true, execEvents: true } },
        perfEventParanoid: 3,
      },
      'preemption',
      'warn',
      /CAP_SYS_ADMIN \(kernel\.perf_event_paranoid is 3\)/,
    ],
    [answering({}), 'records', 'ok', /1,200 seen, 0 lost, 4 held back/],
    [
      answering({ kernel: { ...kernel, counters: [{ kind: 'x', seen: 9, received: 4, lost: 5, suppressed: 0 }] } }),
      'records',
      'warn',
      /5 lost/,
    ],
    [answering({ store: { ...store, problem: 'the disk is full' } }), 'store', 'fail', /the disk is full/],
    [
      answering({ collectors: [{ name: 'docker', state: 'retrying', detail: 'refused', since: DIED_AT }] }),
      'collector.docker',
      'warn',
      /retrying: refused/,
    ],
    [
      answering({ collectors: [{ name: 'kernel', state: 'failed', since: DIED_AT }] }),
      'collector.kernel',
      'fail',
      /failed/,
    ],
  ];
  for (const [facts, id, state, detail] of cases) {
    const check = find(facts, id);
    assert.equal(check?.state, state, id);
    assert.match(check.detail, detail);
  }
  assert.equal(find(answering({}), 'privileges'), undefined);
  const safe = { name: 'process_exit_event', attached: true };
  const onLinux7: Partial<Facts> = { addon: { state: 'loaded', probe: { ...PROBE, preemptsPrograms: true } } };
  const withEvents = answering({ kernel: { ...kernel, programs: [safe] } });
  assert.equal(find({ ...withEvents, ...onLinux7 }, 'preemption'), undefined);
});

test('capabilities and the hierarchy are read from what the kernel says', () => {
  assert.deepEqual([...capabilitiesIn('CapEff:\t000000c000200000\n')], [21, 38, 39]);
  assert.equal(capabilitiesIn('').size, 0);
  assert.equal(cgroupIn('cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n'), 'v2');
  assert.equal(cgroupIn('cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup2 /u cgroup2 rw 0 0\n'), 'v1');
  assert.equal(cgroupIn('proc /proc proc rw 0 0\n'), 'none');
});

test('the last line sums it up', () => {
  const look = { columns: 80, color: false, unicode: true, now: DIED_AT, timeZone: 'UTC' };
  const last = (facts: Partial<Facts>): string => renderDoctor(judge({ ...FACTS, ...facts }), look).at(-1) ?? '';
  assert.match(last({ btf: false }), /cannot work here: 1 problem/);
  assert.match(last({}), /can work here, with 1 thing to look at/);
  assert.match(last(answering({})), /Nothing to do/);
});

test('doctor asks the agent, prints JSON of the documented shape and ends by what it found', async () => {
  await using agent = await startFakeAgent();
  const { stdout, code } = await inquest(['doctor', '--json', '--docker', 'off', '--socket', agent.socket]);
  const report = doctorReportSchema.parse(JSON.parse(stdout));
  assert.equal(code, report.ok ? 0 : 1);
  assert.equal(report.checks.find(({ id }) => id === 'agent')?.state, 'ok');
  const alone = await inquest(['doctor', '--data', '/proc/none', '--socket', '/nonexistent/agent.sock']);
  assert.match(alone.stdout, /No agent is running/);
});
