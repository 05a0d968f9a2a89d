import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { parseKeyed, parseLimit, parseNumber, parsePressure } from '../../../agent/collectors/vitals/parse.ts';
import { Row, SampleRing } from '../../../agent/collectors/vitals/ring.ts';
import { throttledWindow } from '../../../agent/collectors/vitals/throttle.ts';
import { createVitalsCollector } from '../../../agent/collectors/vitals/vitals-collector.ts';
import type { VitalsSource } from '../../../agent/domain/collector.ts';
import { RecordingSink } from '../../support/recording-sink.ts';

const ID = 'a1'.repeat(32);
const PATH = `/docker/${ID}`;

describe('numbers of cgroup files', () => {
  const number = (text: string): number => parseNumber(Buffer.from(text), 0, text.length);

  test('integers, fractions, none', () => {
    assert.equal(number('4096\n'), 4_096);
    assert.equal(number('12.34 avg60'), 12.34);
    assert.equal(number('0'), 0);
    assert.ok(Number.isNaN(number('max\n')));
    assert.ok(Number.isNaN(number('')));
  });

  test('no limit', () => {
    assert.ok(Number.isNaN(parseLimit(Buffer.from('9223372036854771712\n'), 20)));
    assert.equal(parseLimit(Buffer.from('33554432\n'), 9), 33_554_432);
  });

  test('keys, wherever they stand, and no others', () => {
    const text = 'anon 1\nanon_thp 2\nfile 3\nbroken\nlast 4';
    const found: (readonly [number, number])[] = [];
    parseKeyed(
      Buffer.from(`${text}\nfile 99`),
      text.length,
      [Buffer.from('file'), Buffer.from('anon'), Buffer.from('last')],
      (index, value) => found.push([index, value]),
    );
    assert.deepEqual(found, [
      [1, 1],
      [0, 3],
      [2, 4],
    ]);
  });

  test('pressure', () => {
    const text = 'some avg10=3.25 avg60=0.10 avg300=0.00 total=12\nfull avg10=1.00';
    assert.equal(parsePressure(Buffer.from(text), text.length), 3.25);
    assert.ok(Number.isNaN(parsePressure(Buffer.from('nothing'), 7)));
  });
});

test('a full ring keeps the newest, oldest first', () => {
  const ring = new SampleRing(3);
  const row = new Row();
  for (let at = 1; at <= 5; at += 1) {
    row.clear();
    row.set('pids', at * 10);
    ring.push(at, row);
  }
  assert.deepEqual(ring.samples(), [
    { at: 3, pids: 30 },
    { at: 4, pids: 40 },
    { at: 5, pids: 50 },
  ]);
  assert.equal(ring.value('pids', 0), 50);
  assert.ok(Number.isNaN(ring.value('pids', 3)));
});

describe('CPU throttling', () => {
  const ring = (samples: readonly (readonly [periods: number, throttled: number])[]): SampleRing => {
    const out = new SampleRing(120);
    const row = new Row();
    for (const [index, [periods, throttled]] of samples.entries()) {
      row.clear();
      row.set('cpuPeriods', periods);
      row.set('cpuThrottledPeriods', throttled);
      row.set('cpuThrottledUs', throttled * 1_000);
      out.push(index, row);
    }
    return out;
  };

  test('a significant share of the window', () => {
    assert.deepEqual(
      throttledWindow(
        ring([
          [100, 0],
          [110, 2],
        ]),
      ),
      { periods: 10, throttledPeriods: 2, throttledUs: 2_000 },
    );
  });

  test('only the last ten seconds count', () => {
    const old = Array.from({ length: 5 }, (_, index) => [index * 10, index * 10] as const);
    const calm = Array.from({ length: 11 }, (_, index) => [50 + index * 10, 50] as const);
    assert.equal(throttledWindow(ring([...old, ...calm, [160, 51]])), undefined);
  });

  for (const [what, samples] of [
    ['a single sample', [[10, 10]]],
    [
      'nothing new',
      [
        [0, 0],
        [10, 5],
        [20, 5],
      ],
    ],
    [
      'a small share',
      [
        [0, 0],
        [100, 9],
      ],
    ],
    [
      'too few periods',
      [
        [0, 0],
        [5, 5],
      ],
    ],
  ] as const) {
    test(`not for ${what}`, () => {
      assert.equal(throttledWindow(ring(samples)), undefined);
    });
  }

  test('not without a CPU controller', () => {
    const empty = new SampleRing(4);
    const row = new Row();
    row.clear();
    empty.push(1, row);
    empty.push(2, row);
    assert.equal(throttledWindow(empty), undefined);
  });
});

describe('collector on a made-up tree', () => {
  let root: string;
  let now: number;
  let sink: RecordingSink;
  let vitals: VitalsSource;

  const write = (folder: string, files: Readonly<Record<string, string>>): void => {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  };

  const v2 = (throttled = 0, periods = 0): void => {
    write(root, { 'cgroup.controllers': 'cpu memory pids' });
    write(join(root, PATH), {
      'memory.current': '4096\n',
      'memory.max': '33554432\n',
      'memory.stat': 'anon 10\nfile 20\nkernel 5\nkernel_stack 1\nshmem 3\n',
      'memory.pressure': 'some avg10=1.50 avg60=0.00 avg300=0.00 total=0\n',
      'pids.current': '3\n',
      'pids.max': 'max\n',
      'cpu.stat': `usage_usec 99\nnr_periods ${String(periods)}\nnr_throttled ${String(throttled)}\nthrottled_usec 7\n`,
      'cpu.max': '50000 100000\n',
    });
  };

  const create = async (options: { readonly periodMs?: number; readonly maxWatched?: number } = {}): Promise<void> => {
    vitals = createVitalsCollector({ cgroupRoot: root, clock: () => (now += 1_000_000), ...options });
    await vitals.start(sink);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'inq-vitals-'));
    now = 0;
    sink = new RecordingSink();
  });

  afterEach(async () => {
    await vitals.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test('v2: the first sample at once, with everything', async () => {
    v2();
    await create();
    assert.equal(sink.lastStatus?.detail, 'cgroup v2');
    vitals.watch(ID, PATH);
    const [{ at, ...sample } = { at: 0 }, ...more] = vitals.recent(ID);
    assert.ok(at > 0);
    assert.deepEqual(more, []);
    assert.deepEqual(sample, {
      memoryBytes: 4_096,
      memoryLimitBytes: 33_554_432,
      anonBytes: 10,
      fileBytes: 20,
      shmemBytes: 3,
      kernelBytes: 5,
      memoryPressurePercent: 1.5,
      pids: 3,
      cpuUsageUs: 99,
      cpuPeriods: 0,
      cpuThrottledPeriods: 0,
      cpuThrottledUs: 7,
    });
  });

  test('v2 before 5.18: kernel memory is added up from its parts', async () => {
    v2();
    write(join(root, PATH), { 'memory.stat': 'anon 1\nkernel_stack 1\npagetables 2\npercpu 3\nslab 4\n' });
    await create();
    vitals.watch(ID, PATH);
    assert.equal(vitals.recent(ID)[0]?.kernelBytes, 10);
  });

  test('v1 with controllers mounted together and linked', async () => {
    write(join(root, 'memory', PATH), {
      'memory.usage_in_bytes': '4096\n',
      'memory.limit_in_bytes': '9223372036854771712\n',
      'memory.stat': 'rss 1\ntotal_rss 10\ntotal_cache 20\ntotal_shmem 3\n',
      'memory.kmem.usage_in_bytes': '5\n',
    });
    write(join(root, 'cpu,cpuacct', PATH), {
      'cpuacct.usage': '99000\n',
      'cpu.stat': 'nr_periods 4\nnr_throttled 2\nthrottled_time 7000\n',
    });
    symlinkSync('cpu,cpuacct', join(root, 'cpu'));
    symlinkSync('cpu,cpuacct', join(root, 'cpuacct'));
    await create();
    vitals.watch(ID, PATH);
    const [{ at: _, ...sample } = { at: 0 }] = vitals.recent(ID);
    assert.deepEqual(sample, {
      memoryBytes: 4_096,
      anonBytes: 10,
      fileBytes: 20,
      shmemBytes: 3,
      kernelBytes: 5,
      cpuUsageUs: 99,
      cpuPeriods: 4,
      cpuThrottledPeriods: 2,
      cpuThrottledUs: 7,
    });
  });

  test('samples come by themselves and are handed out once', async () => {
    v2();
    await create({ periodMs: 1 });
    vitals.watch(ID, PATH);
    await sink.until('samples', () => vitals.recent(ID).length >= 5);
    const samples = vitals.release(ID);
    assert.ok(samples.length >= 5);
    assert.deepEqual(
      samples.map(({ at }) => at),
      samples.map(({ at }) => at).toSorted((a, b) => a - b),
    );
    assert.deepEqual(vitals.release(ID), []);
  });

  test('files of another hierarchy may appear later', async () => {
    write(join(root, 'memory', PATH), { 'memory.usage_in_bytes': '1\n' });
    mkdirSync(join(root, 'pids'));
    await create({ periodMs: 1 });
    vitals.watch(ID, PATH);
    write(join(root, 'pids', PATH), { 'pids.current': '2\n' });
    await sink.until('pids', () => vitals.recent(ID).at(-1)?.pids === 2);
  });

  test('throttling is told with its quota, once a minute', async () => {
    v2(0, 0);
    await create();
    vitals.watch(ID, PATH);
    await vitals.stop();
    vitals = createVitalsCollector({ cgroupRoot: root, clock: () => (now += 1_000_000), periodMs: 1 });
    await vitals.start(sink);
    vitals.watch(ID, PATH);
    v2(50, 100);
    const { data, containerId } = await sink.until('the evidence', () => sink.of('cpu_throttle').at(0));
    assert.equal(containerId, ID);
    assert.deepEqual([data.quotaUs, data.periodUs, data.periods, data.throttledPeriods], [50_000, 100_000, 100, 50]);
    v2(100, 200);
    const before = vitals.recent(ID).length;
    await sink.until('more samples', () => vitals.recent(ID).length > before + 3);
    assert.equal(sink.of('cpu_throttle').length, 1);
  });

  for (const [what, path] of [
    ['a way out', '/docker/../../etc'],
    ['a relative path', `docker/${ID}`],
    ['the root', '/'],
    ['an empty name', `/docker//${ID}`],
    ['a NUL', `/docker/${ID}\0`],
    ['a path without end', `/${'x/'.repeat(4_000)}x`],
  ] as const) {
    test(`refuses ${what}`, async () => {
      v2();
      await create();
      vitals.watch(ID, path);
      assert.deepEqual(vitals.release(ID), []);
    });
  }

  test('refuses symbolic links: of the folder, and of a file', async () => {
    v2();
    symlinkSync(ID, join(root, 'docker', 'link'));
    rmSync(join(root, PATH, 'pids.current'));
    symlinkSync('/proc/self/stat', join(root, PATH, 'pids.current'));
    await create();
    vitals.watch('other', '/docker/link');
    vitals.watch(ID, PATH);
    assert.deepEqual(vitals.recent('other'), []);
    assert.equal(vitals.recent(ID)[0]?.pids, undefined);
  });

  test('more containers than it samples are told once', async () => {
    v2();
    await create({ maxWatched: 1 });
    for (const id of ['a', 'b', 'c']) vitals.watch(id, PATH);
    assert.equal(vitals.recent('b').length, 0);
    assert.equal(sink.statuses.filter(({ detail }) => detail?.startsWith('Only 1') === true).length, 1);
    vitals.release('a');
    vitals.watch('b', PATH);
    assert.equal(vitals.recent('b').length, 1);
  });

  test('a second watch of the same cgroup changes nothing', async () => {
    v2();
    await create();
    vitals.watch(ID, PATH);
    vitals.watch(ID, PATH);
    assert.equal(vitals.recent(ID).length, 1);
  });

  test('another cgroup starts anew', async () => {
    v2();
    write(join(root, 'docker/next'), { 'memory.current': '1\n' });
    await create();
    vitals.watch(ID, PATH);
    vitals.watch(ID, '/docker/next');
    assert.deepEqual(
      vitals.recent(ID).map(({ memoryBytes }) => memoryBytes),
      [1],
    );
  });

  test('no cgroups at all: absent, and harmless', async () => {
    await create();
    assert.equal(sink.lastStatus?.state, 'absent');
    vitals.watch(ID, PATH);
    assert.deepEqual(vitals.release(ID), []);
    await assert.rejects(vitals.start(sink), { reason: 'bad-usage' });
  });
});
