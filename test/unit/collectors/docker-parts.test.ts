import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { Backoff } from '../../../agent/collectors/shared/backoff.ts';
import { FLAVOURS } from '../../../agent/collectors/docker/flavour.ts';
import { drain } from '../../../agent/collectors/docker/drain.ts';
import { bounded } from '../../../agent/collectors/shared/bounded.ts';
import { describeFailure } from '../../../agent/collectors/docker/client-errors.ts';
import { toReadable } from '../../../agent/collectors/docker/dial.ts';
import { eventTime, runtimeEvent } from '../../../agent/collectors/docker/events.ts';
import { identityOf as identify } from '../../../agent/collectors/docker/identity.ts';
import { createJsonLines } from '../../../agent/collectors/shared/json-lines.ts';
import { Limiter } from '../../../agent/collectors/shared/limiter.ts';
import { createLogReader } from '../../../agent/collectors/docker/log-frames.ts';
import { readContainerCgroup } from '../../../agent/collectors/shared/main-cgroup.ts';
import { RecentKeys } from '../../../agent/collectors/docker/recent-keys.ts';
import { EventSchema, type Inspect, InspectSchema } from '../../../agent/collectors/docker/schemas.ts';
import { StartWatch } from '../../../agent/collectors/docker/start-watch.ts';
import { failedToStart, stateOf as state } from '../../../agent/collectors/docker/state.ts';
import { LOG_READ_LINES } from '../../../agent/domain/log-tail.ts';

const A = 'a1'.repeat(32);

const identityOf = (inspect: Inspect) => identify(inspect, 'docker');
const stateOf = (inspect: Inspect, at: number) => state(inspect, at, 'docker');
const STAMP = '2026-11-23T06:17:04.123456789Z ';
const AT = Date.UTC(2026, 10, 23, 6, 17, 4, 123) * 1_000 + 456;

describe('log frames', () => {
  const frame = (stream: number, text: string | Buffer): Buffer => {
    const payload = Buffer.from(text);
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(payload.length, 4);
    return Buffer.concat([header, payload]);
  };
  const read = (bytes: Buffer, { tty = false, chunk = bytes.length } = {}) => {
    const reader = createLogReader(tty);
    for (let at = 0; at < bytes.length; at += chunk) reader.write(bytes.subarray(at, at + chunk));
    return reader.finish();
  };

  const log = Buffer.concat([
    frame(1, `${STAMP}hello wörld\r\n`),
    frame(2, `${STAMP}an error\n`),
    frame(1, ''),
    frame(1, `${STAMP}part one, `),
    frame(2, `${STAMP}between\n`),
    frame(1, `${STAMP}part two\n`),
    frame(1, `${STAMP}\n`),
    frame(1, `${STAMP}no end`),
  ]);
  const expected = [
    { at: AT, stream: 'stdout', text: 'hello wörld' },
    { at: AT, stream: 'stderr', text: 'an error' },
    { at: AT, stream: 'stderr', text: 'between' },
    { at: AT, stream: 'stdout', text: 'part one, part two' },
    { at: AT, stream: 'stdout', text: '' },
    { at: AT, stream: 'stdout', text: 'no end' },
  ];

  for (const chunk of [1, 2, 3, 7, 8, 9, 64, log.length]) {
    test(`in chunks of ${String(chunk)} bytes`, () => {
      assert.deepEqual(read(log, { chunk }), { lines: expected, truncated: false });
    });
  }

  test('a terminal has no frames', () => {
    const bytes = Buffer.from(`${STAMP}one\r\n${STAMP}two`);
    const lines = [
      { at: AT, stream: 'stdout', text: 'one' },
      { at: AT, stream: 'stdout', text: 'two' },
    ];
    for (const chunk of [1, 5, bytes.length]) assert.deepEqual(read(bytes, { tty: true, chunk }).lines, lines);
  });

  test('lines without a time stay whole', () => {
    const long = `${'x'.repeat(50)} y`;
    assert.deepEqual(read(frame(1, `short\nno stamp here\n${long}\n`)).lines, [
      { stream: 'stdout', text: 'short' },
      { stream: 'stdout', text: 'no stamp here' },
      { stream: 'stdout', text: long },
    ]);
  });

  test('a frame that claims 4 GiB and an endless line cost no memory', () => {
    const header = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    const { lines, truncated } = read(Buffer.concat([header, Buffer.alloc(1_000_000, 'x')]), { chunk: 1_000 });
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.text.length, 4_096);
    assert.equal(truncated, true);
  });

  test('a header that never ends, and nothing at all', () => {
    assert.deepEqual(read(Buffer.from([1, 0, 0])), { lines: [], truncated: false });
    assert.deepEqual(read(Buffer.alloc(0), { chunk: 1 }), { lines: [], truncated: false });
  });

  test('more lines than asked for: the newest are kept', () => {
    const many = Buffer.concat(Array.from({ length: 9_000 }, (_, index) => frame(1, `${STAMP}${String(index)}\n`)));
    const { lines, truncated } = read(many);
    assert.ok(lines.length >= LOG_READ_LINES && lines.length < LOG_READ_LINES * 2);
    assert.equal(lines.at(-1)?.text, '8999');
    assert.equal(truncated, true);
  });

  test('bytes that are not UTF-8', () => {
    assert.equal(read(frame(1, Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a]))).lines[0]?.text, 'a\ufffd\ufffdb');
  });
});

describe('identity and state', () => {
  const parse = (extra: object, state: object = {}) => InspectSchema.parse({ Id: A, State: state, ...extra });

  test('the least that an engine may say', () => {
    const identity = identityOf(parse({}));
    assert.deepEqual(identity, {
      id: A,
      source: 'runtime',
      runtime: 'docker',
      labels: {},
      hasHealthCheck: false,
      usesInit: false,
      hostPid: false,
    });
  });

  test('a container that kubelet has Docker run is known by its pod, and what holds the pod together as that', () => {
    const Labels = {
      ...Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`own-${String(index)}`, 'x'])),
      'annotation.io.kubernetes.container.restartCount': '4',
      'annotation.io.kubernetes.pod.terminationGracePeriod': '45',
      'io.kubernetes.container.name': 'app',
      'io.kubernetes.docker.type': 'container',
      'io.kubernetes.pod.name': 'web-7d4b9c6f5-x2x7k',
      'io.kubernetes.pod.namespace': 'shop',
      'io.kubernetes.pod.uid': '5f8e0c3a-96f1-4f0e-8a3c-2b7d1e9c4a55',
    };
    const Name = '/k8s_app_web-7d4b9c6f5-x2x7k_shop_5f8e0c3a-96f1-4f0e-8a3c-2b7d1e9c4a55_4';
    const app = identityOf(parse({ Name, Config: { Labels } }));
    assert.deepEqual(
      [app.name, app.restartCount, app.stopTimeoutSeconds, app.isSandbox],
      ['web-7d4b9c6f5-x2x7k/app', 4, 45, undefined],
    );
    assert.equal(app.labels['io.kubernetes.pod.uid'], Labels['io.kubernetes.pod.uid']);
    const ofSandbox = { ...Labels, 'io.kubernetes.docker.type': 'podsandbox', 'io.kubernetes.container.name': 'POD' };
    const pause = identityOf(parse({ Name: '/k8s_POD_web', Config: { Labels: ofSandbox } }));
    assert.deepEqual([pause.name, pause.isSandbox], ['web-7d4b9c6f5-x2x7k', true]);
    const forged = identityOf(
      parse({ Name: '/web', Config: { Labels: { 'io.kubernetes.docker.type': 'podsandbox' } } }),
    );
    assert.deepEqual([forged.name, forged.isSandbox], ['web', undefined]);
  });

  test("Go's zero times and nulls are not there", () => {
    const inspect = parse(
      {
        Created: '0001-01-01T00:00:00Z',
        Config: { Labels: null, Env: null, Cmd: null, Entrypoint: null },
        HostConfig: null,
      },
      { StartedAt: '0001-01-01T00:00:00Z', FinishedAt: '0001-01-01T00:00:00Z', ExitCode: 0 },
    );
    assert.equal(identityOf(inspect).createdAt, undefined);
    assert.deepEqual(stateOf(inspect, 5), {
      at: 5,
      source: 'docker',
      containerId: A,
      data: { kind: 'runtime_state', running: false, exitCode: 0 },
    });
  });

  test('CPU limits as a quota, with and without a period', () => {
    const cpus = (host: object) => identityOf(parse({ HostConfig: host })).limits?.cpus;
    assert.equal(cpus({ CpuQuota: 150_000, CpuPeriod: 100_000 }), 1.5);
    assert.equal(cpus({ CpuQuota: 50_000 }), 0.5);
    assert.equal(cpus({ CpuQuota: -1 }), undefined);
    assert.equal(
      identityOf(parse({ HostConfig: { MemorySwap: -1, PidsLimit: null } })).limits?.memorySwapBytes,
      undefined,
    );
  });

  for (const [policy, expected] of [
    [{ Name: '' }, { name: 'no' }],
    [{ Name: 'always' }, { name: 'always' }],
    [{ Name: 'unless-stopped', MaximumRetryCount: 0 }, { name: 'unless-stopped' }],
    [{ Name: 'on-failure' }, { name: 'on-failure' }],
    [{ Name: 'sometimes' }, undefined],
  ] as const) {
    test(`restart policy ${policy.Name}`, () => {
      assert.deepEqual(identityOf(parse({ HostConfig: { RestartPolicy: policy } })).restartPolicy, expected);
    });
  }

  test('a disabled health check is none', () => {
    assert.equal(identityOf(parse({ Config: { Healthcheck: { Test: ['NONE'] } } })).hasHealthCheck, false);
    assert.equal(identityOf(parse({ Config: { Healthcheck: { Test: ['CMD', 'x'] } } })).hasHealthCheck, true);
  });

  test('hostile sizes are bounded', () => {
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key${String(index)}`, 'v']));
    const identity = identityOf(
      parse({
        Name: `/${'n'.repeat(1_000)}`,
        Config: {
          Labels: labels,
          Cmd: Array.from({ length: 1_000 }, () => 'x'),
          Env: ['NO_VALUE', `${'k'.repeat(500)}=v`],
        },
      }),
    );
    assert.equal(Object.keys(identity.labels).length, 64);
    assert.equal(identity.command?.length, 257);
    assert.equal(identity.name?.length, 256);
    assert.deepEqual(
      identity.environmentNames?.map(({ length }) => length),
      [8, 256],
    );
  });

  test('a label that is a secret by itself', () => {
    const key = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    assert.ok(
      !Object.values(identityOf(parse({ Config: { Labels: { [key]: 'x', note: key } } })).labels)
        .join(' ')
        .includes(key),
    );
  });

  test('a container that waits for its restart has ended', () => {
    const inspect = parse(
      {},
      { Running: true, Restarting: true, ExitCode: 4, FinishedAt: '2026-11-23T06:17:04.123456789Z' },
    );
    assert.deepEqual(stateOf(inspect, 1).data, { kind: 'runtime_state', running: false, exitCode: 4, finishedAt: AT });
    assert.equal(stateOf(inspect, 1).at, AT);
    assert.equal(failedToStart(inspect), false);
  });
});

describe('events', () => {
  const parse = (extra: object) =>
    EventSchema.parse({ Type: 'container', Action: 'die', Actor: { ID: A, Attributes: {} }, time: 7, ...extra });

  test('seconds where an engine has nothing finer', () => {
    assert.equal(eventTime(parse({})), 7_000_000);
    assert.equal(eventTime(parse({ time: 0 })), undefined);
  });

  for (const [action, attributes, data] of [
    ['kill', { signal: 'SIGTERM' }, { action: 'kill', signal: 15 }],
    ['kill', { signal: 'banana' }, { action: 'kill' }],
    ['die', { exitCode: '' }, { action: 'die' }],
    ['health_status: healthy', {}, { action: 'health_status', health: 'healthy' }],
    ['health_status: running', {}, { action: 'health_status' }],
    ['oom', {}, { action: 'oom' }],
  ] as const) {
    test(`${action} ${JSON.stringify(attributes)}`, () => {
      assert.deepEqual(runtimeEvent(parse({ Action: action, Actor: { ID: A, Attributes: attributes } }))?.data, {
        kind: 'runtime_event',
        ...data,
      });
    });
  }
});

test('JSON lines: cut anywhere, with a line too long and one that is none', () => {
  const values: unknown[] = [];
  let bad = 0;
  const take = createJsonLines(
    (value) => values.push(value),
    () => (bad += 1),
  );
  const bytes = Buffer.from('{"a":"ü"}\n\n[1]\r\nnot json\n');
  for (const byte of bytes) take(Buffer.from([byte]));
  take(Buffer.alloc(2_000_000, 'x'));
  take(Buffer.from('tail\n{"b":2}\n'));
  assert.deepEqual(values, [{ a: 'ü' }, [1], { b: 2 }]);
  assert.equal(bad, 2);
});

test('remembered keys are bounded', () => {
  const keys = new RecentKeys(2);
  assert.deepEqual(
    ['a', 'a', 'b', 'c', 'a'].map((key) => keys.add(key)),
    [true, false, true, true, true],
  );
});

test('waiting doubles up to its bound and starts again', () => {
  const backoff = new Backoff(500, 1_500);
  assert.deepEqual([backoff.next(), backoff.next(), backoff.next(), backoff.next()], [500, 1_000, 1_500, 1_500]);
  backoff.reset();
  assert.equal(backoff.next(), 500);
});

describe('calls', () => {
  test('no more at a time than allowed, urgent ones first, a failure frees its place', async () => {
    const limiter = new Limiter(2);
    const order: string[] = [];
    let now = 0;
    let most = 0;
    const task =
      (name: string, fail = false) =>
      async (): Promise<void> => {
        now += 1;
        most = Math.max(most, now);
        await Promise.resolve();
        order.push(name);
        now -= 1;
        if (fail) throw new Error(name);
      };
    const all = [
      limiter.run(task('a', true)),
      limiter.run(task('b')),
      limiter.run(task('c')),
      limiter.run(task('urgent'), true),
    ];
    const settled = await Promise.allSettled(all);
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
    );
    assert.equal(most, 2);
    assert.ok(order.indexOf('urgent') < order.indexOf('c'));
  });

  test('a queue without end is refused', async () => {
    const limiter = new Limiter(1);
    const gate = Promise.withResolvers<string>();
    const running = limiter.run(() => gate.promise);
    const waiting = Array.from({ length: 4_096 }, () => limiter.run(() => Promise.resolve('x')));
    const settled = Promise.allSettled(waiting);
    await assert.rejects(
      limiter.run(() => Promise.resolve()),
      { reason: 'runtime-failed' },
    );
    limiter.refuseWaiting(new Error('closed'));
    gate.resolve('done');
    assert.equal(await running, 'done');
    assert.ok((await settled).every(({ status }) => status === 'rejected'));
  });

  test('a call that does not listen to its signal ends in time nevertheless', async () => {
    const never = (): Promise<never> => Promise.withResolvers<never>().promise;
    await assert.rejects(bounded(10, new AbortController().signal, never), { reason: 'timeout' });
    await assert.rejects(bounded(10, AbortSignal.abort(new Error('closed')), never), /closed/);
    const closing = new AbortController();
    const call = bounded(60_000, closing.signal, never);
    closing.abort('over');
    await assert.rejects(call, /over/);
  });

  test('reading a stream stops at its limit or its signal', async () => {
    const endless = (): Readable =>
      Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(1_000);
        })(),
      );
    let bytes = 0;
    assert.equal(
      await drain(endless(), new AbortController().signal, 10_000, (chunk) => (bytes += chunk.length)),
      false,
    );
    assert.ok(bytes > 10_000 && bytes < 20_000);
    const stop = new AbortController();
    await assert.rejects(
      drain(endless(), stop.signal, Infinity, () => {
        stop.abort();
      }),
    );
    assert.equal(await drain(Readable.from(['text', Buffer.from('x')]), stop.signal, 10, () => undefined), true);
  });

  test('failures are told by their codes', () => {
    const failure = (error: unknown) => describeFailure(error, '/x.sock', FLAVOURS.docker);
    const system = (code: string): Error => Object.assign(new Error('x'), { code });
    const http = (statusCode: number): Error => Object.assign(new Error('x'), { statusCode });
    assert.equal(failure(system('EACCES')).reason, 'no-permission');
    assert.match(failure(system('EACCES')).next ?? '', /group/);
    assert.equal(failure(system('ECONNRESET')).reason, 'runtime-absent');
    assert.equal(failure(http(404)).reason, 'not-found');
    assert.equal(failure(http(501)).name, 'UnsupportedError');
    assert.equal(failure('odd').reason, 'runtime-failed');
    assert.equal(failure({ statusCode: 'x' }).reason, 'runtime-failed');
    assert.throws(() => toReadable('text'), { reason: 'runtime-failed' });
  });
});

describe('starts', () => {
  const watch = (...delays: number[]): { readonly starts: StartWatch; readonly looks: string[] } => {
    const looks: string[] = [];
    return { looks, starts: new StartWatch((id) => looks.push(id), delays) };
  };

  test('a network that goes before the start', () => {
    const { starts, looks } = watch();
    starts.created('a');
    starts.network('a', true);
    starts.network('a', false);
    starts.network('a', false);
    assert.deepEqual(looks, ['a']);
    starts.stop();
  });

  test('not after a start, not after an end, not for a network added while it runs', () => {
    const { starts, looks } = watch();
    starts.network('a', true);
    starts.started('a');
    starts.network('a', true);
    starts.network('a', false);
    starts.ended('a');
    starts.network('a', false);
    assert.deepEqual(looks, []);
  });

  test('looks end with the start, the end of the list, or the container', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { starts, looks } = watch(10, 20);
    for (const id of ['a', 'b', 'c']) starts.created(id);
    starts.started('b');
    context.mock.timers.tick(10);
    assert.deepEqual(looks, ['a', 'c']);
    starts.forget('c');
    context.mock.timers.tick(100);
    assert.deepEqual(looks, ['a', 'c', 'a']);
  });
});

test('the cgroup of a process that is gone or of somebody else', async () => {
  assert.equal(await readContainerCgroup(process.pid, A), undefined);
  assert.equal(await readContainerCgroup(2 ** 22 + 1, A), undefined);
});
