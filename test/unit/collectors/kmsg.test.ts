import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KmsgSource } from '../../../agent/collectors/kmsg/device.ts';
import { KmsgInterpreter } from '../../../agent/collectors/kmsg/interpreter.ts';
import { createKmsgCollector } from '../../../agent/collectors/kmsg/kmsg-collector.ts';
import type { Evidence } from '../../../agent/domain/evidence.ts';
import { RecordingSink } from '../../support/recording-sink.ts';

const ID = 'a1'.repeat(32);
const OTHER = 'b2'.repeat(32);
const OFFSET = 1_700_000_000_000_000;

let sequence = 100;

function record(text: string, { prio = 6, at = 5_000_000, seq = (sequence += 1) } = {}): string {
  return `${String(prio)},${String(seq)},${String(at)},-;${text}\n SUBSYSTEM=x\n`;
}

function summary({ task = 'dd', pid = 321, path = `/docker/${ID}`, constraint = 'CONSTRAINT_MEMCG' } = {}): string {
  return `oom-kill:constraint=${constraint},nodemask=(null),cpuset=${ID},mems_allowed=0,oom_memcg=/docker/${ID},task_memcg=${path},task=${task},pid=${String(pid)},uid=1000`;
}

function killed({ task = 'dd', pid = 321, prefix = 'Memory cgroup out of memory' } = {}): string {
  return `${prefix}: Killed process ${String(pid)} (${task}) total-vm:66560kB, anon-rss:15000kB, file-rss:4kB, shmem-rss:8kB, UID:1000 pgtables:76kB oom_score_adj:0`;
}

function interpret(...records: readonly string[]): readonly Evidence[] {
  const interpreter = new KmsgInterpreter({
    bootOffsetUs: OFFSET,
    containerOf: (pid) => (pid === 77 ? OTHER : undefined),
  });
  return [...records.flatMap((one) => interpreter.take(one)), ...interpreter.flush()];
}

describe('out-of-memory reports', () => {
  test('both lines make one report of the container in the path', () => {
    assert.deepEqual(
      interpret(record(summary()), record('Tasks state (memory values in pages):'), record(killed(), { prio: 3 })),
      [
        {
          at: OFFSET + 5_000_000,
          source: 'kmsg',
          containerId: ID,
          data: {
            kind: 'kernel_log_oom',
            constraint: 'memcg',
            oomMemcg: `/docker/${ID}`,
            taskMemcg: `/docker/${ID}`,
            victimComm: 'dd',
            victimPid: 321,
            victimUid: 1000,
            anonRssBytes: 15_360_000,
            fileRssBytes: 4_096,
            shmemRssBytes: 8_192,
          },
        },
      ],
    );
  });

  test('what the kernel prints of memory and processes is part of the report', () => {
    const dump = [
      'stress invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
      'memory: usage 262144kB, limit 262144kB, failcnt 71',
      'kmem: usage 2048kB, limit 9007199254740988kB, failcnt 0',
      `Memory cgroup stats for /docker/${ID}:`,
      'cache 8192',
      'total_cache 4194304',
      'total_rss 250000000',
      'total_shmem 1048576',
      'Tasks state (memory values in pages):',
      '[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name',
      '[    320]     0   320     1097      121       32       89         0    45056        0             0 sh',
      '[    321]  1000   321    16640     3753     3750        1         2    77824        0             0 dd',
      '[     77]     0    77   100000    60000    60000        0         0    90112        0          -500 a b, name',
    ];
    const [one] = interpret(...dump.map((text) => record(text)), record(summary()), record(killed()));
    assert.ok(one?.data.kind === 'kernel_log_oom');
    assert.deepEqual(one.data.memory, {
      anonBytes: 250_000_000,
      fileBytes: 4_194_304,
      shmemBytes: 1_048_576,
      kernelBytes: 2_097_152,
      usageBytes: 268_435_456,
    });
    assert.deepEqual(one.data.processes, [
      { pid: 77, name: 'a b, name', rssBytes: 60_000 * 4_096 },
      { pid: 321, name: 'dd', rssBytes: 3_753 * 4_096 },
      { pid: 320, name: 'sh', rssBytes: 121 * 4_096 },
    ]);
  });

  test('of cgroup v2, of older kernels and of larger pages the same', () => {
    const dump = [
      'memory: usage 262144kB, limit 262144kB, failcnt 71',
      `Memory cgroup stats for /docker/${ID}:`,
      'anon 1000000',
      'file 5000000',
      'kernel 300000',
      'shmem 4900000',
      'Tasks state (memory values in pages):',
      '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name',
      '[    321]  1000   321    16640      234    77824        0             0 dd',
    ];
    const [one] = interpret(...dump.map((text) => record(text)), record(summary()), record(killed()));
    assert.ok(one?.data.kind === 'kernel_log_oom');
    assert.equal(one.data.memory?.kernelBytes, 300_000);
    assert.equal(one.data.memory?.shmemBytes, 4_900_000);
    // 15,012 KiB in 234 pages are pages of 64 KiB.
    assert.deepEqual(one.data.processes, [{ pid: 321, name: 'dd', rssBytes: 234 * 65_536 }]);
  });

  test('a table of the whole machine is kept to the biggest, and the victim', () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => {
      const pid = 1_000 + index;
      return `[${String(pid).padStart(7)}]     0 ${String(pid)}     9999    ${String(20_000 + index)}    90112        0             0 p${String(index)}`;
    });
    const header = '[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name';
    const victim = '[    321]  1000   321    16640     3753    77824        0             0 dd';
    const lines = ['Tasks state (memory values in pages):', header, victim, ...rows];
    const [one] = interpret(...lines.map((text) => record(text)), record(summary()), record(killed()));
    assert.ok(one?.data.kind === 'kernel_log_oom');
    const { processes = [] } = one.data;
    assert.equal(processes[0]?.name, 'p2999');
    assert.ok(processes.length <= 11, String(processes.length));
    assert.equal(processes.at(-1)?.pid, 321);
  });

  test('a first line that names a thread whose leader is gone is joined by name', () => {
    const [one, ...rest] = interpret(record(summary({ pid: 322 })), record(killed({ pid: 321 })));
    assert.deepEqual(rest, []);
    assert.equal(one?.data.kind === 'kernel_log_oom' && one.data.victimPid, 321);
  });

  test('lines of two kills are not mixed', () => {
    const found = interpret(record(summary({ pid: 1, task: 'a' })), record(killed({ pid: 2, task: 'b' })));
    assert.deepEqual(
      found.map(
        ({ data, containerId }) => data.kind === 'kernel_log_oom' && [data.victimPid, data.anonRssBytes, containerId],
      ),
      [
        [1, undefined, ID],
        [2, 15_360_000, undefined],
      ],
    );
  });

  test('a second line much later is another kill', () => {
    assert.equal(interpret(record(summary()), record(killed(), { at: 60_000_000 })).length, 2);
  });

  test('only the second line: the container by its pid', () => {
    const [one] = interpret(record(killed({ pid: 77 })));
    assert.equal(one?.containerId, OTHER);
    assert.equal(one.data.kind === 'kernel_log_oom' && one.data.constraint, 'memcg');
  });

  for (const [constraint, expected] of [
    ['CONSTRAINT_NONE', 'none'],
    ['CONSTRAINT_CPUSET', 'cpuset'],
    ['CONSTRAINT_MEMORY_POLICY', 'mempolicy'],
    ['CONSTRAINT_NEW', 'unknown'],
  ] as const) {
    test(`constraint ${constraint}`, () => {
      const [one] = interpret(record(summary({ constraint })), record(killed({ prefix: 'Out of memory' })));
      assert.equal(one?.data.kind === 'kernel_log_oom' && one.data.constraint, expected);
    });
  }

  test('a machine out of memory, without a memory cgroup in the line', () => {
    const line =
      'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/user.slice,task=x,pid=5,uid=0';
    const [one] = interpret(record(line));
    assert.deepEqual(one?.data, {
      kind: 'kernel_log_oom',
      constraint: 'none',
      taskMemcg: '/user.slice',
      victimComm: 'x',
      victimPid: 5,
      victimUid: 0,
    });
    assert.equal(one.containerId, undefined);
  });

  test('a task cannot point at another container or pid by its name', () => {
    const [one] = interpret(record(summary({ task: 'x,pid=1,uid=0' })));
    assert.deepEqual(one?.data.kind === 'kernel_log_oom' && [one.data.victimComm, one.data.victimPid], [
      'x,pid=1,uid=0',
      321,
    ]);
    const [two] = interpret(record(summary({ path: `/docker/${ID}/docker-${OTHER}.scope,task=a` })));
    assert.equal(two?.containerId, ID);
  });
});

describe('faults', () => {
  const FAULTS: readonly (readonly [string, string, number])[] = [
    ['sh[77]: segfault at 0 ip 0000000000401000 sp 00007ffc error 4 in sh[401000+1000]', 'sh', 77],
    ['a[1]: b[77]: segfault at 10 ip 0 sp 0 error 6', 'a[1]: b', 77],
    ['traps: app[77] general protection fault ip:401000 sp:7ffc error:0 in app[401000+1000]', 'app', 77],
    ['traps: app[77] trap divide error ip:401000 sp:7ffc error:0', 'app', 77],
    ['traps: app[77] trap invalid opcode ip:401000 sp:7ffc error:0', 'app', 77],
    ['app[77]: unhandled exception: DABT (lower EL), ESR 0x0000000092000006', 'app', 77],
  ];
  for (const [text, comm, pid] of FAULTS) {
    test(text.slice(0, 50), () => {
      assert.deepEqual(interpret(record(text)), [
        {
          at: OFFSET + 5_000_000,
          source: 'kmsg',
          containerId: OTHER,
          data: { kind: 'kernel_log_fault', comm, pid, text },
        },
      ]);
    });
  }
});

describe('what is refused', () => {
  const REFUSED: readonly (readonly [string, string])[] = [
    ['a forged report from userspace', record(summary(), { prio: 14 })],
    ['a forged fault from a daemon', record('sh[77]: segfault at 0 ip 0 sp 0 error 4', { prio: 30 })],
    ['an ordinary message', record('usb 1-1: new device')],
    ['not a record', 'hello'],
    ['a header without text', '6,1,2'],
    ['a report without its end', record('oom-kill:constraint=CONSTRAINT_MEMCG,task=x')],
    ['a report in the middle of a line', record(`evil: ${summary()}`)],
    ['a name that is too long', record(summary({ task: 'x'.repeat(100) }))],
  ];
  for (const [what, raw] of REFUSED) {
    test(what, () => {
      assert.deepEqual(interpret(raw), []);
    });
  }

  test('a forged line between both lines of a report does not part them', () => {
    assert.equal(
      interpret(record(summary()), record(killed({ pid: 9, task: 'y' }), { prio: 14 }), record(killed())).length,
      1,
    );
  });
});

test('records that were overwritten are a gap, counted', () => {
  const interpreter = new KmsgInterpreter({ bootOffsetUs: 0 });
  interpreter.take(record('a', { seq: 10 }));
  assert.deepEqual(interpreter.take(record('b', { seq: 15, at: 9 })), [
    {
      at: 9,
      source: 'kmsg',
      containerId: undefined,
      data: { kind: 'evidence_gap', reason: 'ring_full', lost: 4, recordKinds: ['kernel_log'] },
    },
  ]);
});

class FakeLog implements KmsgSource {
  readonly queue: (string | Error)[];
  closed = false;

  constructor(...queue: (string | Error)[]) {
    this.queue = queue;
  }

  read(): { readonly record: string } | 'empty' | 'overrun' {
    const next = this.queue.shift();
    if (next === undefined) return 'empty';
    if (next instanceof Error) throw next;
    return next === 'overrun' ? 'overrun' : { record: next };
  }

  close(): void {
    this.closed = true;
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

describe('collector', () => {
  const POLL: readonly [number, number] = [1, 5];

  test('starts at the end of the log, follows it, closes it', async () => {
    const log = new FakeLog(record(summary()), record(killed()), 'overrun', record('old'));
    const sink = new RecordingSink();
    const collector = createKmsgCollector({ bootOffsetUs: OFFSET, open: () => log, pollMs: POLL });
    await collector.start(sink);
    assert.equal(sink.lastStatus?.state, 'running');
    log.queue.push(record('sh[77]: segfault at 0 ip 0 sp 0 error 4'), record(summary({ pid: 9 })));
    // The process would end under a test that only waits for unreferenced timers; `until` keeps it.
    await sink.until('the fault', () => sink.of('kernel_log_fault').at(0));
    await sink.until('a report whose second line never comes', () => sink.of('kernel_log_oom').at(0));
    assert.equal(sink.all.length, 2);
    await collector.stop();
    assert.ok(log.closed);
    assert.equal(sink.statuses.at(-1)?.state, 'stopped');
    await assert.rejects(collector.start(sink), { reason: 'bad-usage' });
  });

  for (const [code, detail] of [
    ['EPERM', /CAP_SYSLOG/],
    ['ENOENT', /no \/dev\/kmsg here/],
    ['EIO', /cannot be read/],
  ] as const) {
    test(`${code} at the start: absent, with the reason`, async () => {
      const sink = new RecordingSink();
      const collector = createKmsgCollector({
        bootOffsetUs: 0,
        open: () => {
          throw systemError(code);
        },
      });
      await collector.start(sink);
      assert.equal(sink.lastStatus?.state, 'absent');
      assert.match(sink.lastStatus.detail ?? '', detail);
      await assert.rejects(collector.readSince(0), { reason: 'system' });
      await collector.stop();
    });
  }

  test('a log that breaks is reported and closed', async () => {
    const log = new FakeLog();
    const sink = new RecordingSink();
    const collector = createKmsgCollector({ bootOffsetUs: 0, open: () => log, pollMs: POLL });
    await collector.start(sink);
    log.queue.push(systemError('EIO'));
    await sink.until('the failure', () => sink.lastStatus?.state === 'failed');
    assert.ok(log.closed);
    await collector.stop();
  });

  test('reads again what happened since a time', async () => {
    const log = new FakeLog(
      record('sh[1]: segfault at 0 ip 0 sp 0 error 4', { at: 1_000 }),
      ...Array.from({ length: 2_000 }, () => record('noise', { at: 1_500 })),
      record('sh[2]: segfault at 0 ip 0 sp 0 error 4', { at: 2_000 }),
      record(summary(), { at: 3_000 }),
    );
    const found = await createKmsgCollector({ bootOffsetUs: OFFSET, open: () => log }).readSince(OFFSET + 1_600);
    assert.deepEqual(
      found.map(({ data }) => data.kind),
      ['kernel_log_fault', 'kernel_log_oom'],
    );
    assert.ok(log.closed);
  });
});
