import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createDockerCollector } from '../../../agent/collectors/docker/docker-collector.ts';
import type { RuntimeCollector } from '../../../agent/domain/collector.ts';
import { FakeDocker } from '../../support/fake-docker.ts';
import { RecordingSink } from '../../support/recording-sink.ts';

const A = 'a1'.repeat(32);
const B = 'b2'.repeat(32);
const C = 'c3'.repeat(32);

function inspect(id: string, state: object = {}, rest: object = {}): object {
  return {
    Id: id,
    Name: `/n-${id.slice(0, 2)}`,
    State: { Status: 'running', Running: true, ...state },
    Config: {},
    HostConfig: {},
    ...rest,
  };
}

let nano = 1_795_416_107_000_000_000;

function event(action: string, id: string, attributes: object = {}): object {
  nano += 1_000_000;
  return {
    Type: 'container',
    Action: action,
    Actor: { ID: id, Attributes: { name: 'x', image: 'i', ...attributes } },
    timeNano: nano,
  };
}

describe('Docker collector and an engine that misbehaves', () => {
  let engine: FakeDocker;
  let sink: RecordingSink;
  let collector: RuntimeCollector;

  beforeEach(() => {
    engine = new FakeDocker();
    sink = new RecordingSink();
    collector = createDockerCollector({
      socketPath: engine.socketPath,
      timeoutMs: 200,
      retryMs: [10, 50],
      absentRetryMs: 20,
      startLooksMs: [20],
    });
  });

  afterEach(async () => {
    await collector.stop();
    await engine.remove();
  });

  const running = (): Promise<unknown> => sink.until('a connection', () => sink.lastStatus?.state === 'running');

  test('no socket: absent with advice, then found when it appears', async () => {
    await collector.start(sink);
    assert.equal(sink.lastStatus?.state, 'absent');
    assert.match(sink.lastStatus.detail ?? '', /no Docker socket at .* Start Docker/);
    await assert.rejects(collector.dead(), { reason: 'runtime-absent' });
    await engine.listen();
    await running();
    assert.deepEqual(sink.of('runtime_connection'), []);
  });

  test('an engine that does not answer is a timeout, and does not hold up the stop', async () => {
    engine.answers.set('/version', 'hang');
    await engine.listen();
    await collector.start(sink);
    assert.equal(sink.lastStatus?.state, 'retrying');
    assert.match(sink.lastStatus.detail ?? '', /did not answer within 200 ms/);
  });

  test('an engine that answers nonsense', async () => {
    engine.answers.set('/version', 'hello');
    await engine.listen();
    await collector.start(sink);
    assert.equal(sink.lastStatus?.state, 'retrying');
    engine.answers.set('/version', { ApiVersion: '1.41' });
    await running();
  });

  for (const [newest, oldest, expected] of [
    ['1.53', '1.44', '/v1.44/'],
    ['1.51', '1.24', '/v1.41/'],
    ['1.40', '1.12', '/v1.40/'],
  ] as const) {
    test(`API ${oldest} to ${newest} is spoken to as ${expected}`, async () => {
      engine.answers.set('/version', { ApiVersion: newest, MinAPIVersion: oldest });
      await engine.listen();
      await collector.start(sink);
      assert.ok(engine.requests.filter((url) => url !== '/version').every((url) => url.startsWith(expected)));
    });
  }

  test('one container that cannot be read does not hide the others', async () => {
    engine.answers.set('/containers/json', [
      { Id: A, State: 'running' },
      { Id: 7 },
      { Id: B, State: 'running' },
      { Id: C, State: 'running' },
    ]);
    engine.answers.set(`/containers/${A}/json`, inspect(A, {}, { RestartCount: 'many' }));
    engine.answers.set(`/containers/${B}/json`, inspect(B));
    engine.answers.set(`/containers/${C}/json`, 500);
    await engine.listen();
    await collector.start(sink);
    assert.deepEqual([...sink.identities.keys()], [B]);
    assert.ok(sink.statuses.some(({ detail }) => detail?.includes(A) === true));
    assert.deepEqual(
      (await collector.running()).map(({ id }) => id),
      [B],
    );
    await assert.rejects(collector.inspect(A), { reason: 'runtime-failed' });
    await assert.rejects(collector.inspect(C), { reason: 'runtime-failed' });
  });

  test('a container that is gone is known by its events', async () => {
    await engine.listen();
    await collector.start(sink);
    engine.send(event('create', A, { name: 'brief', image: 'img', team: 'a' }));
    const identity = await sink.until('the identity', () => sink.identities.get(A));
    assert.deepEqual([identity.name, identity.image, identity.labels], ['brief', 'img', { team: 'a' }]);
    engine.send(event('start', B, { name: 'other' }));
    await sink.until('the other', () => sink.byName('other'));
    engine.send(event('die', A, { exitCode: '3' }));
    await sink.until('the end', () => sink.of('runtime_event', A).some(({ data }) => data.exitCode === 3));
  });

  test('noise, nonsense and cut lines among the events', async () => {
    await engine.listen();
    await collector.start(sink);
    engine.send(event('attach', A));
    engine.send(event('exec_create: sh -c secret', A));
    engine.send('{"Type":"container"');
    engine.send({ Type: 'container', Action: 'die', Actor: { ID: 'short', Attributes: {} }, timeNano: nano });
    engine.send({ Type: 'container', Action: 'die', Actor: { ID: A, Attributes: null } });
    engine.send({ Type: 'image', Action: 'pull', Actor: { ID: 'x' }, timeNano: nano + 1 });
    engine.send(event('exec_start: sh -c password=x', A));
    await sink.until('the last', () => sink.of('runtime_event').find(({ data }) => data.action === 'exec_start'));
    assert.equal(sink.of('runtime_event').length, 1);
    assert.ok(!JSON.stringify(sink.all).includes('password'));
    assert.ok(sink.statuses.some(({ detail }) => detail?.includes('cannot be read') === true));
  });

  test('after a lost connection it resumes at the last event and takes none twice', async () => {
    await engine.listen();
    await collector.start(sink);
    engine.answers.set(`/containers/${A}/json`, inspect(A));
    const started = event('start', A);
    engine.send(started);
    await sink.until('the event', () => sink.of('runtime_event', A).length === 1);
    await engine.close();
    await sink.until('the loss', () => sink.of('runtime_connection').at(0)?.data.state === 'lost');
    engine.answers.set('/containers/json', [{ Id: A, State: 'exited' }]);
    engine.answers.set(
      `/containers/${A}/json`,
      inspect(A, { Status: 'exited', Running: false, ExitCode: 9, FinishedAt: '2026-11-23T06:48:51.5Z' }),
    );
    await engine.listen();
    await sink.until('the connection', () => sink.of('runtime_connection').at(1)?.data.state === 'restored');
    const since = engine.requests.filter((url) => url.includes('/events')).at(-1);
    assert.match(since ?? '', new RegExp(`since=${String(Math.floor(nano / 1_000) / 1_000_000)}`));
    await sink.until('a listener', () => engine.listeners === 1);
    engine.send(started);
    engine.send(event('destroy', A));
    await sink.until('the next', () => sink.of('runtime_event', A).length >= 2);
    assert.deepEqual(
      sink.of('runtime_event', A).map(({ data }) => data.action),
      ['start', 'destroy'],
    );
    const missed = await sink.until('the missed end', () => sink.of('runtime_state', A).at(0));
    assert.equal(missed.data.exitCode, 9);
  });

  test('an end whose question found no engine is asked again', async () => {
    await engine.listen();
    await collector.start(sink);
    engine.answers.set(`/containers/${A}/json`, 'hang');
    engine.send(event('die', A, { exitCode: '1' }));
    await sink.until('the question', () => engine.requests.some((url) => url.includes(A)));
    await engine.close();
    engine.answers.set(`/containers/${A}/json`, inspect(A, { Status: 'exited', Running: false, ExitCode: 1 }));
    await engine.listen();
    assert.equal((await sink.until('the state', () => sink.of('runtime_state', A).at(0))).data.exitCode, 1);
  });

  test('a container that runs again is not told as ended', async () => {
    await engine.listen();
    await collector.start(sink);
    engine.answers.set(`/containers/${A}/json`, inspect(A, { Pid: 0 }, { RestartCount: 2 }));
    engine.send(event('die', A, { exitCode: '1' }));
    await sink.until('the new identity', () => sink.identities.get(A)?.restartCount === 2);
    assert.deepEqual(sink.of('runtime_state'), []);
  });

  test('a start without events is found by a second look, once', async () => {
    await engine.listen();
    await collector.start(sink);
    engine.answers.set(
      `/containers/${A}/json`,
      inspect(A, { Status: 'created', Running: false, ExitCode: 127, Error: 'no such file' }),
    );
    engine.send(event('create', A));
    const { data } = await sink.until('the error', () => sink.of('runtime_state', A).at(0));
    assert.equal(data.error, 'no such file');
    engine.answers.set('/containers/json', [
      { Id: A, State: 'created' },
      { Id: B, State: 'created' },
    ]);
    engine.answers.set(`/containers/${B}/json`, inspect(B, { Status: 'created', Running: false }));
    assert.deepEqual(
      (await collector.dead()).map(({ identity }) => identity.id),
      [A],
    );
  });

  test('a log that cannot be read, or not in time', async () => {
    await engine.listen();
    await collector.start(sink);
    engine.answers.set(`/containers/${A}/json`, inspect(A, {}, { HostConfig: { LogConfig: { Type: 'syslog' } } }));
    engine.answers.set(`/containers/${A}/logs`, 501);
    assert.equal(await collector.logTail(A), undefined);
    assert.match(sink.lastStatus?.detail ?? '', /'syslog'/);
    engine.answers.set(`/containers/${A}/logs`, 'hang');
    await assert.rejects(collector.logTail(A), { reason: 'timeout' });
    engine.answers.set(`/containers/${A}/logs`, 404);
    assert.equal(await collector.logTail(A), undefined);
  });

  test('starting twice is a mistake of the caller', async () => {
    await collector.start(sink);
    await assert.rejects(collector.start(sink), { reason: 'bad-usage' });
  });

  test('questions that wait are refused at the stop', async () => {
    await engine.listen();
    await collector.start(sink);
    for (const id of [A, B, C]) engine.answers.set(`/containers/${id}/json`, 'hang');
    const asked = [A, B, C, A, B, C].map((id) => collector.inspect(id));
    const settled = Promise.allSettled(asked);
    await collector.stop();
    assert.ok((await settled).every(({ status }) => status === 'rejected'));
    assert.equal(sink.lastStatus?.state, 'stopped');
  });
});
