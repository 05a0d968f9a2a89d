import { MIB } from '../../agent/domain/bytes.ts';
import type { Death } from '../../agent/domain/death.ts';
import type { MemoryAtExit, MemoryLevel } from '../../agent/domain/evidence.ts';
import { Signal } from '../../agent/domain/signals.ts';
import { US_PER_MS, US_PER_SECOND } from '../../agent/domain/time.ts';
import { concludedDeath, lifeOf } from './concluded-death.ts';
import { hostileDeath } from './hostile-death.ts';
import { segfaultDeath } from './segfault-death.ts';
import { climbingVitals, DIED_AT } from './deaths.ts';
import { client, hostProcess, runc } from './senders.ts';

/**
 * Deaths as the agent describes them: one for each face of the product. What the records were is told here; verdict,
 * words and advice are those of the rules.
 */

const LIMIT = 512 * MIB;

function atDeath(usageBytes: number, limitBytes: number, peakBytes = usageBytes): { readonly memory: MemoryAtExit } {
  return { memory: { usageBytes, peakBytes, limitBytes, oomEvents: peakBytes < limitBytes ? 0 : 1, limitHits: 812 } };
}

export const oomDeath: Death = outOfMemory();

function outOfMemory(): Death {
  const life = lifeOf('invoices-worker', { identity: { limits: { memoryBytes: LIMIT } } });
  const shell = life.main(['/bin/sh', '-c', 'python3 worker.py --queue invoices'], { pid: 31_337 });
  const worker = life.child(shell, ['/usr/local/bin/python3', 'worker.py', '--queue', 'invoices'], {
    pid: 31_400,
    nsPid: 27,
  });
  const full: MemoryLevel = {
    name: life.id,
    isContainer: true,
    isNested: false,
    usageBytes: LIMIT,
    limitBytes: LIMIT,
    peakBytes: LIMIT,
    reachedLimit: true,
  };
  life.now = DIED_AT - 3_200;
  life.oom(worker, [full]);
  life.kernelLog(worker, 'memcg', `/docker/${life.id}`, {
    memory: {
      usageBytes: LIMIT,
      anonBytes: 486 * MIB,
      fileBytes: 12 * MIB,
      shmemBytes: 8 * MIB,
      kernelBytes: 9 * MIB,
    },
    processes: [
      { pid: worker.pid, name: 'python3', rssBytes: 471 * MIB },
      { pid: 31_402, name: 'pdf-render', rssBytes: 21 * MIB },
      { pid: shell.pid, name: 'sh', rssBytes: MIB },
    ],
  });
  life.killed(worker, Signal.KILL, { maxRssBytes: 498 * MIB, cpuTimeUs: 31 * US_PER_SECOND });
  life.now = DIED_AT;
  life.exit(shell, 137, atDeath(20 * MIB, LIMIT, LIMIT));
  life.dockerSawEnd(137);
  life.vitals = climbingVitals(LIMIT);
  const said = (secondsBefore: number, stream: 'stdout' | 'stderr', text: string) =>
    ({ at: DIED_AT - secondsBefore * US_PER_SECOND, stream, text }) as const;
  life.add('log', {
    kind: 'log_tail',
    truncated: true,
    redactions: 1,
    lines: [
      said(9, 'stdout', 'connecting to postgres://billing:[redacted]@db:5432/billing'),
      said(8, 'stdout', 'batch 118: 40,000 invoices'),
      said(4, 'stderr', 'WARNING: batch 119 has 1,900,000 invoices'),
    ],
  });
  return concludedDeath('invoices-worker', life);
}

export const stopIgnoredDeath: Death = stopIgnored();

function stopIgnored(): Death {
  const life = lifeOf('shop-api');
  const node = life.main(['node', 'server.js'], { pid: 52_001, uid: 0 });
  const alice = client('alice', 1_000, ['docker', 'stop', 'shop-api'], 61_204);
  life.now = DIED_AT - 10_068 * US_PER_MS;
  life.request('stop', alice, { container: 'shop-api' });
  life.wait(47).docker('kill', { signal: Signal.TERM });
  life.wait(13).signal(Signal.TERM, node, runc(Signal.TERM), { result: 'ignored' });
  life.now = DIED_AT - 4_100;
  life.signal(Signal.KILL, node, runc(Signal.KILL));
  life.now = DIED_AT;
  life.killed(node, Signal.KILL);
  life.dockerSawEnd(137);
  return concludedDeath('shop-api', life);
}

export const killHostDeath: Death = killedFromHost();

function killedFromHost(): Death {
  const life = lifeOf('redis-cache', { identity: { limits: { memoryBytes: 256 * MIB } } });
  const redis = life.main(['redis-server', '*:6379'], { pid: 4_711, uid: 999, user: 'redis' });
  const login = { loginUid: 1_000, loginUser: 'alice' } as const;
  const terminal = { ...login, tty: 'pts/3' } as const;
  const user = { uid: 1_000, user: 'alice' } as const;
  life.now = DIED_AT - 412;
  life.signal(Signal.KILL, redis, {
    process: hostProcess(41_213, ['kill', '-9', '4711'], terminal),
    ancestry: [
      hostProcess(41_211, ['sudo', 'kill', '-9', '4711'], terminal),
      hostProcess(40_022, ['-bash'], { exe: 'bash', ...user, ...terminal }),
      hostProcess(40_021, ['sshd: alice@pts/3'], { exe: 'sshd', ...user, ...login }),
      hostProcess(40_001, ['sshd: alice [priv]'], { exe: 'sshd', ...login }),
      hostProcess(811, ['/usr/sbin/sshd', '-D']),
      hostProcess(1, ['/sbin/init']),
    ],
  });
  life.now = DIED_AT;
  life.killed(redis, Signal.KILL, atDeath(18 * MIB, 256 * MIB, 21 * MIB));
  life.dockerSawEnd(137);
  return concludedDeath('redis-cache', life);
}

export const exitErrorDeath: Death = exitedWithError();

function exitedWithError(): Death {
  const life = lifeOf('nightly-report', {
    ranSeconds: 1.24,
    identity: { restartCount: 4, restartPolicy: { name: 'on-failure', maximumRetries: 5 } },
  });
  const python = life.main(['python3', '-m', 'report'], { pid: 60_100 });
  life.now = DIED_AT;
  life.exit(python, 1);
  life.dockerSawEnd(1);
  const lines = [
    'Traceback (most recent call last):',
    '  File "<frozen runpy>", line 198, in _run_module_as_main',
    '  File "/app/report/__main__.py", line 41, in <module>',
    '    main()',
    '  File "/app/report/__main__.py", line 22, in main',
    '    bucket = os.environ["REPORT_BUCKET"]',
    '             ~~~~~~~~~~^^^^^^^^^^^^^^^^^',
    "KeyError: 'REPORT_BUCKET'",
  ].map((text) => ({ at: DIED_AT - 20_000, stream: 'stderr' as const, text }));
  life.add('log', { kind: 'log_tail', lines, truncated: false, redactions: 0 });
  return concludedDeath('nightly-report', life);
}

export const unknownDeath: Death = onlyRemembered();

/** The agent was not there; a loss noticed later, and what it had thought before, make it more doubtful still. */
function onlyRemembered(): Death {
  const life = lifeOf('billing-cron', { kernelWatched: false });
  life.now = DIED_AT;
  life.state(137, { finishedAt: DIED_AT });
  life.wait(4_000).gap(['process_exec'], 'ring_full', 1_204);
  return concludedDeath('billing-cron', life, {
    origin: 'reconciled',
    settled: false,
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
}

export const GALLERY = {
  oom: oomDeath,
  'stop-ignored': stopIgnoredDeath,
  'kill-host': killHostDeath,
  'exit-error': exitErrorDeath,
  segfault: segfaultDeath,
  unknown: unknownDeath,
  hostile: hostileDeath,
} as const;
