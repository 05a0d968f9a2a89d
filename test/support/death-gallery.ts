import { MIB } from '../../agent/domain/bytes.ts';
import type { Death } from '../../agent/domain/death.ts';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { hostileDeath } from './hostile-death.ts';
import {
  climbingVitals,
  containerOf,
  deathOf,
  DIED_AT,
  evidenceOf,
  mainExit,
  processOf,
  signalSent,
} from './deaths.ts';

/** Deaths as the agent would describe them: one for each face of the product. */

const SHIM = processOf(3_990, ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', 'a3f1'], {
  uid: 0,
  user: 'root',
});
const RUNC = processOf(9_120, ['runc', '--root', '/run/docker/runtime-runc/moby', 'kill', '--all', 'a3f1', '9'], {
  uid: 0,
  user: 'root',
});

const LIMIT = 512 * MIB;
const worker = processOf(31_400, ['/usr/local/bin/python3', 'worker.py', '--queue', 'invoices'], {
  nsPid: 27,
  uid: 1_000,
});
const shell = processOf(31_337, ['/bin/sh', '-c', 'python3 worker.py --queue invoices'], { nsPid: 1, uid: 1_000 });

export const oomDeath: Death = deathOf('invoices-worker', {
  exit: { kind: 'exited', code: 137 },
  container: containerOf('invoices-worker', { limits: { memoryBytes: LIMIT } }),
  verdict: {
    cause: 'oom.container',
    headline: 'python3 needed more than the container’s memory limit of 512 MiB, so the kernel killed it.',
    certainty: 'certain',
    actor: { kind: 'kernel', ancestry: [] },
    victim: { process: worker, isMain: false },
    ruledOut: [
      { cause: 'oom.host', why: 'the container’s own limit was reached, and no level above it' },
      { cause: 'kill.host', why: 'no process sent SIGKILL; the kernel’s out-of-memory killer did' },
    ],
    advice: [
      {
        text: 'Raise the memory limit to at least 640 MiB, or find out why it grew from 128 MiB within a minute.',
        command: 'docker update --memory 640m --memory-swap 640m invoices-worker',
      },
      { text: 'Let the worker process fewer invoices at once.' },
    ],
    notes: [
      'Docker’s OOMKilled flag says false although the kernel killed a process for memory: the victim was not the main process.',
    ],
    complete: true,
  },
  evidence: [
    evidenceOf(-7_500_000, 'kernel', 'The container was created', {
      kind: 'container_created',
      cgroupPath: '/docker/a3f1',
    }),
    evidenceOf(-7_499_800, 'kernel', 'sh started as the main process', {
      kind: 'process_exec',
      process: shell,
      isMain: true,
      filename: '/bin/sh',
    }),
    evidenceOf(-3.2, 'kernel', 'Out of memory: python3 (pid 27 in the container) chosen; 512 MiB of 512 MiB used', {
      kind: 'oom_kill',
      victim: worker,
      victimIsMain: false,
      trigger: worker,
      levels: [
        {
          name: 'a3f1',
          isContainer: true,
          isNested: false,
          usageBytes: LIMIT,
          limitBytes: LIMIT,
          peakBytes: LIMIT,
          reachedLimit: true,
        },
      ],
    }),
    evidenceOf(-3.1, 'kmsg', 'The kernel log confirms it: constraint=CONSTRAINT_MEMCG', {
      kind: 'kernel_log_oom',
      constraint: 'memcg',
      victimComm: 'python3',
      victimPid: 31_400,
    }),
    evidenceOf(-1.4, 'kernel', 'python3 (pid 27 in the container) ended by SIGKILL', {
      kind: 'process_exit',
      process: worker,
      isMain: false,
      status: { kind: 'signaled', signal: 9, coreDumped: false },
      maxRssBytes: 498 * MIB,
      cpuTimeUs: 31 * US_PER_SECOND,
    }),
    evidenceOf(
      0,
      'kernel',
      'sh (PID 1) exited with 137, passing on its child’s end',
      mainExit(shell, { kind: 'exited', code: 137 }, { usage: 20 * MIB, peak: LIMIT, limit: LIMIT }),
    ),
    evidenceOf(182, 'docker', 'Docker reports exit code 137', { kind: 'runtime_event', action: 'die', exitCode: 137 }),
  ],
  vitals: climbingVitals(LIMIT),
  logTail: {
    kind: 'log_tail',
    truncated: true,
    redactions: 1,
    lines: [
      {
        at: DIED_AT - 9 * US_PER_SECOND,
        stream: 'stdout',
        text: 'connecting to postgres://billing:[redacted]@db:5432/billing',
      },
      { at: DIED_AT - 8 * US_PER_SECOND, stream: 'stdout', text: 'batch 118: 40,000 invoices' },
      { at: DIED_AT - 4 * US_PER_SECOND, stream: 'stderr', text: 'WARNING: batch 119 has 1,900,000 invoices' },
    ],
  },
});

const node = processOf(52_001, ['node', 'server.js'], { nsPid: 1, uid: 0 });

export const stopIgnoredDeath: Death = deathOf('shop-api', {
  exit: { kind: 'signaled', signal: 9, coreDumped: false },
  verdict: {
    cause: 'stop.ignored',
    headline:
      'Docker asked shop-api to stop, but node runs as PID 1 without a handler for SIGTERM, so it was killed after 10.0 s.',
    certainty: 'certain',
    actor: { kind: 'runtime', process: RUNC, ancestry: [SHIM] },
    victim: { process: node, isMain: true },
    ruledOut: [{ cause: 'oom.container', why: 'no memory limit was reached; SIGKILL came from runc' }],
    advice: [{ text: 'Handle SIGTERM in server.js, or put an init in front of it.', command: 'docker run --init …' }],
    notes: [],
    complete: true,
  },
  evidence: [
    evidenceOf(-10_021, 'docker', 'Docker was asked to send SIGTERM', {
      kind: 'runtime_event',
      action: 'kill',
      signal: 15,
    }),
    evidenceOf(
      -10_008,
      'kernel',
      'SIGTERM from runc, ignored by the kernel: PID 1 has no handler for it',
      signalSent(node, 15, { result: 'ignored', sender: RUNC, ancestry: [SHIM] }),
    ),
    evidenceOf(-4.1, 'kernel', 'SIGKILL from runc, delivered', signalSent(node, 9, { sender: RUNC, ancestry: [SHIM] })),
    evidenceOf(
      0,
      'kernel',
      'node (PID 1) ended by SIGKILL',
      mainExit(node, { kind: 'signaled', signal: 9, coreDumped: false }),
    ),
    evidenceOf(90, 'docker', 'Docker reports exit code 137', { kind: 'runtime_event', action: 'die', exitCode: 137 }),
  ],
});

const redis = processOf(4_711, ['redis-server', '*:6379'], { nsPid: 1, uid: 999, user: 'redis' });
const alice = { loginUid: 1_000, loginUser: 'alice', tty: 'pts/3' } as const;

export const killHostDeath: Death = deathOf('redis-cache', {
  exit: { kind: 'signaled', signal: 9, coreDumped: false },
  verdict: {
    cause: 'kill.host',
    headline: 'alice killed redis-server from a shell on the host, as root through sudo.',
    certainty: 'certain',
    actor: {
      kind: 'host',
      process: processOf(41_213, ['kill', '-9', '4711'], { uid: 0, user: 'root', ...alice }),
      ancestry: [
        processOf(41_211, ['sudo', 'kill', '-9', '4711'], { uid: 0, user: 'root', ...alice }),
        processOf(40_022, ['-bash'], { uid: 1_000, user: 'alice', ...alice }),
        processOf(40_021, ['sshd: alice@pts/3'], { uid: 1_000, user: 'alice', loginUid: 1_000, loginUser: 'alice' }),
        processOf(40_001, ['sshd: alice [priv]'], { uid: 0, user: 'root', loginUid: 1_000, loginUser: 'alice' }),
        processOf(811, ['/usr/sbin/sshd', '-D'], { uid: 0, user: 'root' }),
        processOf(1, ['/sbin/init'], { uid: 0, user: 'root' }),
      ],
    },
    victim: { process: redis, isMain: true },
    ruledOut: [
      { cause: 'oom.container', why: 'memory was at 18 MiB of 256 MiB and no limit was reached' },
      { cause: 'kill.runtime', why: 'the sender is not below containerd-shim' },
    ],
    advice: [
      {
        text: 'Ask alice. To stop a container in an orderly way, use its runtime.',
        command: 'docker stop redis-cache',
      },
    ],
    notes: [],
    complete: true,
  },
  evidence: [
    evidenceOf(
      -0.412,
      'kernel',
      'SIGKILL from kill (pid 41213, user root, logged in as alice, on pts/3), delivered',
      signalSent(redis, 9),
    ),
    evidenceOf(
      0,
      'kernel',
      'redis-server (PID 1) ended by SIGKILL',
      mainExit(
        redis,
        { kind: 'signaled', signal: 9, coreDumped: false },
        { usage: 18 * MIB, peak: 21 * MIB, limit: 256 * MIB },
      ),
    ),
    evidenceOf(77, 'docker', 'Docker reports exit code 137', { kind: 'runtime_event', action: 'die', exitCode: 137 }),
  ],
});

const python = processOf(60_100, ['python3', '-m', 'report'], { nsPid: 1 });

export const exitErrorDeath: Death = deathOf('nightly-report', {
  exit: { kind: 'exited', code: 1 },
  container: containerOf('nightly-report', {
    startedAt: DIED_AT - 1_240_000,
    restartCount: 4,
    restartPolicy: { name: 'on-failure', maximumRetries: 5 },
  }),
  verdict: {
    cause: 'exit.error',
    headline: 'python3 ended by itself with exit code 1: an uncaught KeyError.',
    certainty: 'certain',
    actor: { kind: 'self', process: python, ancestry: [] },
    victim: { process: python, isMain: true },
    ruledOut: [],
    advice: [{ text: 'Set REPORT_BUCKET: the program reads it at start and has no default.' }],
    notes: [],
    complete: true,
  },
  evidence: [
    evidenceOf(-1_240, 'kernel', 'python3 started as the main process', {
      kind: 'process_exec',
      process: python,
      isMain: true,
      filename: '/usr/local/bin/python3',
    }),
    evidenceOf(0, 'kernel', 'python3 (PID 1) exited with code 1', mainExit(python, { kind: 'exited', code: 1 })),
  ],
  logTail: {
    kind: 'log_tail',
    truncated: false,
    redactions: 0,
    lines: [
      'Traceback (most recent call last):',
      '  File "<frozen runpy>", line 198, in _run_module_as_main',
      '  File "/app/report/__main__.py", line 41, in <module>',
      '    main()',
      '  File "/app/report/__main__.py", line 22, in main',
      '    bucket = os.environ["REPORT_BUCKET"]',
      '             ~~~~~~~~~~^^^^^^^^^^^^^^^^^',
      "KeyError: 'REPORT_BUCKET'",
    ].map((text) => ({ at: DIED_AT - 20_000, stream: 'stderr' as const, text })),
  },
});

const resizer = processOf(70_001, ['/app/resizer', '--threads', '8'], { nsPid: 1 });

export const segfaultDeath: Death = deathOf('image-resizer', {
  exit: { kind: 'signaled', signal: 11, coreDumped: true },
  verdict: {
    cause: 'crash.segfault',
    headline: 'resizer crashed: it read through a null pointer (address 0x8).',
    certainty: 'certain',
    actor: { kind: 'self', process: resizer, ancestry: [] },
    victim: { process: resizer, isMain: true },
    ruledOut: [
      { cause: 'kill.inside', why: 'the signal was a hardware fault of the process itself, not sent by kill(2)' },
    ],
    advice: [{ text: 'Look at the core dump.', command: 'coredumpctl info 70001' }],
    notes: [],
    complete: true,
  },
  evidence: [
    evidenceOf(
      -0.2,
      'kernel',
      'SIGSEGV by the process itself: address 0x8 is not mapped',
      signalSent(resizer, 11, { code: 1, group: false, faultAddress: '0x8' }),
    ),
    evidenceOf(-0.1, 'kmsg', 'resizer[70001]: segfault at 8 ip 000055d0c0a0 error 4 in resizer', {
      kind: 'kernel_log_fault',
      comm: 'resizer',
      pid: 70_001,
      text: 'segfault at 8',
    }),
    evidenceOf(
      0,
      'kernel',
      'resizer (PID 1) ended by SIGSEGV, core dumped',
      mainExit(resizer, { kind: 'signaled', signal: 11, coreDumped: true }),
    ),
  ],
});

export const unknownDeath: Death = deathOf('billing-cron', {
  origin: 'reconciled',
  exit: { kind: 'reported', code: 137 },
  settled: false,
  container: containerOf('billing-cron'),
  verdict: {
    cause: 'unknown',
    headline: 'The agent was not running when billing-cron ended; exit code 137 alone does not say why.',
    certainty: 'unknown',
    actor: { kind: 'unknown', ancestry: [] },
    victim: undefined,
    ruledOut: [],
    advice: [
      {
        text: 'Keep the agent running: it sees the next death from the start.',
        command: 'systemctl enable --now inquest',
      },
    ],
    notes: ['1,204 records were lost while container 5c1f started processes faster than they could be read.'],
    complete: false,
  },
  evidence: [
    evidenceOf(0, 'docker', 'Docker remembers exit code 137', {
      kind: 'runtime_state',
      running: false,
      exitCode: 137,
      oomKilled: false,
    }),
    evidenceOf(4_000, 'agent', '1,204 records lost', {
      kind: 'evidence_gap',
      reason: 'ring_full',
      lost: 1_204,
      recordKinds: ['process_exec'],
    }),
  ],
  revisions: [
    {
      number: 1,
      at: DIED_AT,
      cause: 'kill.host',
      certainty: 'possible',
      headline: 'Killed by a process on the host.',
      because: ['process_exit'],
    },
    {
      number: 2,
      at: DIED_AT + US_PER_SECOND,
      cause: 'unknown',
      certainty: 'unknown',
      headline: 'Not known.',
      because: ['evidence_gap'],
    },
  ],
});

export const GALLERY = {
  oom: oomDeath,
  'stop-ignored': stopIgnoredDeath,
  'kill-host': killHostDeath,
  'exit-error': exitErrorDeath,
  segfault: segfaultDeath,
  unknown: unknownDeath,
  hostile: hostileDeath,
} as const;
