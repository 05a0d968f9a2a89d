import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createDockerCollector } from '../../../agent/collectors/docker/docker-collector.ts';
import type { RuntimeCollector } from '../../../agent/domain/collector.ts';
import { type Dockerd, dockerdUnavailable, startDockerd } from '../../support/dockerd.ts';
import { RecordingSink } from '../../support/recording-sink.ts';
import { runCommand } from '../../support/run-command.ts';

describe('Docker collector with a real daemon', { skip: dockerdUnavailable() }, () => {
  let dockerd: Dockerd;
  let image: string;
  let collector: RuntimeCollector;
  const sink = new RecordingSink();
  let names = 0;

  const run = async (...argv: string[]): Promise<{ name: string; id: string }> => {
    names += 1;
    const name = `c${String(names)}`;
    await dockerd.docker('run', '-d', '--name', name, '--network', 'none', ...argv);
    const id = await sink.until(`the identity of ${name}`, () => sink.byName(name)?.id);
    return { name, id };
  };
  const actions = (id: string): readonly string[] => sink.of('runtime_event', id).map(({ data }) => data.action);
  const state = (id: string) => sink.until(`the state of ${id}`, () => sink.of('runtime_state', id).at(-1));

  before(async () => {
    dockerd = await startDockerd();
    image = await dockerd.importBusybox();
    await dockerd.dockerOk('run', '-d', '--name', 'early', '--network', 'none', image, 'sleep', '600');
    await dockerd.dockerOk('run', '--name', 'early-dead', '--network', 'none', image, 'true');
    collector = createDockerCollector({
      socketPath: dockerd.socketPath,
      retryMs: [100, 1_000],
      absentRetryMs: 200,
      startLooksMs: [300, 1_000],
    });
    await collector.start(sink);
  });

  after(async () => {
    try {
      await collector.stop();
      assert.equal(sink.lastStatus?.state, 'stopped');
    } finally {
      await dockerd.stop();
    }
  });

  test('containers that ran before the start are known when start resolves', () => {
    const early = sink.byName('early');
    assert.equal(early?.source, 'runtime');
    assert.ok((early.mainPid ?? 0) > 0);
    assert.ok(early.cgroupPath?.endsWith(early.id));
    assert.equal(sink.byName('early-dead'), undefined);
  });

  test('an identity has what a person set, and no secret', async () => {
    const { id } = await run(
      ...[
        '-m',
        '32m',
        '--memory-swap',
        '48m',
        '--cpus',
        '0.5',
        '--pids-limit',
        '20',
        '--shm-size',
        '8m',
        '--init',
        '--pid',
        'host',
      ],
      ...['--stop-signal', 'USR1', '--stop-timeout', '3', '--restart', 'on-failure:2', '--env', 'DB_PASSWORD=hunter2'],
      ...[
        '--label',
        'team=a',
        '--label',
        'api_key=hunter2',
        '--label',
        `long=${'x'.repeat(1_000)}`,
        '--health-cmd',
        'true',
      ],
      ...[image, 'sleep', '600', '--token', 'hunter2'],
    );
    const identity = await sink.until('the inspected identity', () => {
      const one = sink.identities.get(id);
      return one?.mainPid === undefined ? undefined : one;
    });
    assert.deepEqual(identity.limits, {
      memoryBytes: 33_554_432,
      memorySwapBytes: 50_331_648,
      cpus: 0.5,
      pids: 20,
      shmBytes: 8_388_608,
    });
    assert.equal(identity.stopSignal, 10);
    assert.equal(identity.stopTimeoutSeconds, 3);
    assert.deepEqual(identity.restartPolicy, { name: 'on-failure', maximumRetries: 2 });
    assert.deepEqual([identity.usesInit, identity.hostPid, identity.hasHealthCheck], [true, true, true]);
    assert.ok(identity.environmentNames?.includes('DB_PASSWORD'));
    assert.deepEqual(identity.command, ['sleep', '600', '--token', '[redacted]']);
    assert.equal(identity.labels['team'], 'a');
    assert.ok((identity.labels['long'] ?? '').length <= 256 && identity.labels['long']?.endsWith('…'));
    assert.equal(identity.image, image);
    assert.match(identity.imageDigest ?? '', /^sha256:/);
    assert.ok(!JSON.stringify(identity).includes('hunter2'));
    await dockerd.docker('rm', '-f', id);
  });

  test('a container that lives for a moment and removes itself is known, with its end', async () => {
    const result = await dockerd.docker(
      'run',
      '--rm',
      '--name',
      'brief',
      '--label',
      'a=b',
      '--network',
      'none',
      image,
      'true',
    );
    assert.equal(result.code, 0);
    const id = await sink.until('its identity', () => sink.byName('brief')?.id);
    await sink.until('its end', () => actions(id).includes('destroy'));
    assert.equal(sink.identities.get(id)?.labels['a'], 'b');
    assert.equal(sink.of('runtime_event', id).find(({ data }) => data.action === 'die')?.data.exitCode, 0);
  });

  test('docker stop, ignored: the order of events, their signals and the exit code', async () => {
    const { id } = await run(image, 'sh', '-c', 'trap "" TERM; while :; do sleep 1; done');
    await dockerd.dockerOk('stop', '-t', '1', id);
    const { data, at } = await state(id);
    await sink.until('stop', () => actions(id).includes('stop'));
    assert.deepEqual(
      sink.of('runtime_event', id).map((one) => [one.data.action, one.data.signal ?? one.data.exitCode]),
      [
        ['create', undefined],
        ['start', undefined],
        ['kill', 15],
        ['kill', 9],
        ['die', 137],
        ['stop', undefined],
      ],
    );
    assert.deepEqual([data.running, data.exitCode, data.oomKilled], [false, 137, false]);
    assert.ok(data.startedAt !== undefined && data.finishedAt === at && data.finishedAt > data.startedAt);
  });

  // After a second: what happens before the shim listens for it, Docker never tells.
  test('an out-of-memory kill of a child is reported while the container runs on', async () => {
    const { id } = await run(
      '-m',
      '16m',
      '--memory-swap',
      '16m',
      image,
      'sh',
      '-c',
      'sleep 1; dd if=/dev/zero of=/dev/null bs=64M; sleep 600',
    );
    await sink.until('oom', () => actions(id).includes('oom'));
    assert.equal((await collector.inspect(id))?.state.data.running, true);
    await dockerd.dockerOk('kill', id);
    const { data } = await state(id);
    assert.deepEqual([data.exitCode, data.oomKilled], [137, true]);
  });

  test('an exec session ends and the container runs on', async () => {
    const { id } = await run(image, 'sleep', '600');
    await dockerd.docker('exec', id, 'sh', '-c', 'exit 3');
    const died = await sink.until('exec_die', () =>
      sink.of('runtime_event', id).find(({ data }) => data.action === 'exec_die'),
    );
    assert.equal(died.data.exitCode, 3);
    assert.ok(actions(id).includes('exec_start'));
    await dockerd.docker('rm', '-f', id);
  });

  test('a failing health check', async () => {
    const { id } = await run(
      '--health-cmd',
      'echo token=hunter2; exit 1',
      '--health-interval',
      '1s',
      '--health-retries',
      '1',
      image,
      'sleep',
      '600',
    );
    const event = await sink.until('unhealthy', () =>
      sink.of('runtime_event', id).find(({ data }) => data.health === 'unhealthy'),
    );
    assert.equal(event.data.action, 'health_status');
    await dockerd.dockerOk('kill', id);
    const { data } = await state(id);
    assert.ok((data.healthFailures ?? 0) >= 1);
    assert.equal(data.lastHealthOutput, 'token=[redacted]\n');
  });

  test('rename and update are followed', async () => {
    const { id } = await run('-m', '32m', '--memory-swap', '64m', image, 'sleep', '600');
    await dockerd.dockerOk('rename', id, 'renamed');
    await dockerd.dockerOk('update', '-m', '40m', id);
    await sink.until('the new name', () => sink.identities.get(id)?.name === 'renamed');
    await sink.until('the new limit', () => sink.identities.get(id)?.limits?.memoryBytes === 41_943_040);
    await dockerd.docker('rm', '-f', id);
  });

  test('a restart policy: each run has its own end', async () => {
    const { id } = await run('--restart', 'on-failure:2', image, 'sh', '-c', 'exit 4');
    await sink.until(
      'three ends',
      () => sink.of('runtime_event', id).filter(({ data }) => data.action === 'die').length === 3,
    );
    const { data } = await state(id);
    assert.equal(data.exitCode, 4);
    await sink.until('the restart count', () => (sink.identities.get(id)?.restartCount ?? 0) >= 1);
  });

  for (const [what, network, code, text] of [
    ['a missing entrypoint', 'none', 127, 'no such file'],
    ['a missing entrypoint on the host network', 'host', 127, 'no such file'],
    ['a missing entrypoint on the network of another container', 'container:early', 127, 'no such file'],
    ['a file that is not executable', 'none', 126, 'permission denied'],
  ] as const) {
    test(`${what} is an error of the start, although no event says so`, async () => {
      names += 1;
      const name = `c${String(names)}`;
      await dockerd.docker(
        'run',
        '-d',
        '--name',
        name,
        '--network',
        network,
        image,
        code === 126 ? '/etc/passwd' : '/nope',
      );
      const id = await sink.until('its identity', () => sink.byName(name)?.id);
      const { data } = await state(id);
      assert.deepEqual([data.running, data.exitCode, data.startedAt], [false, code, undefined]);
      assert.ok(data.error?.includes(text), data.error);
      assert.deepEqual(actions(id), ['create']);
    });
  }

  test('a missing entrypoint of a container that removes itself', async () => {
    await dockerd.docker('run', '--rm', '--name', 'gone', '--network', 'none', image, '/nope');
    const id = await sink.until('its identity', () => sink.byName('gone')?.id);
    const { data } = await state(id);
    assert.equal(data.exitCode, 127);
    await assert.doesNotReject(collector.inspect(id));
  });

  test('a program of another architecture starts and dies; its log says why', async () => {
    const elf = Buffer.alloc(64);
    elf.write('\x7fELF\x02\x01\x01', 'latin1');
    elf.writeUInt16LE(2, 16);
    elf.writeUInt16LE(0xf7, 18);
    writeFileSync(join(dockerd.root, 'busybox/foreign'), elf, { mode: 0o755 });
    const archive = join(dockerd.root, 'foreign.tar');
    await runCommand('tar', ['-C', join(dockerd.root, 'busybox'), '-cf', archive, '.']);
    await dockerd.dockerOk('import', archive, 'foreign');
    const { id } = await run('foreign', '/foreign');
    const { data } = await state(id);
    assert.deepEqual([data.exitCode, data.error], [1, undefined]);
    const tail = await collector.logTail(id);
    assert.match(tail?.data.lines.map(({ text }) => text).join('\n') ?? '', /exec format error/);
  });

  test('the log tail has both streams, times and no secrets', async () => {
    const { id } = await run(image, 'sh', '-c', 'echo out; echo "password=hunter2" >&2; printf "héllo \\377 end"');
    await state(id);
    const tail = await collector.logTail(id);
    assert.deepEqual(tail?.data.lines.map(({ stream, text }) => [stream, text]).toSorted(), [
      ['stderr', 'password=[redacted]'],
      ['stdout', 'héllo \ufffd end'],
      ['stdout', 'out'],
    ]);
    assert.equal(tail.data.redactions, 1);
    assert.equal(tail.data.truncated, false);
    assert.ok(tail.data.lines.every(({ at }) => at !== undefined));
  });

  test('the log tail of a terminal that printed JSON', async () => {
    const { id } = await run('-t', image, 'sh', '-c', 'echo \'{"a":1}\'');
    await state(id);
    const tail = await collector.logTail(id);
    assert.deepEqual(
      tail?.data.lines.map(({ text }) => text),
      ['{"a":1}'],
    );
  });

  test('a long log keeps its end within the limits', async () => {
    const { id } = await run(
      image,
      'sh',
      '-c',
      'for i in $(seq 1 300); do printf "%05d %0900d\\n" $i 0; done; head -c 100000 /dev/zero | tr "\\0" x; echo; echo last',
    );
    await state(id);
    const tail = await collector.logTail(id);
    const lines = tail?.data.lines.map(({ text }) => text) ?? [];
    assert.equal(lines.at(-1), 'last');
    assert.equal(lines.at(-2), 'x'.repeat(4_096));
    assert.ok(lines.join('').length <= 65_536 && lines.length <= 200);
    assert.equal(tail?.data.truncated, true);
  });

  test('a logging driver that keeps nothing gives no tail and says so', async () => {
    const { id } = await run('--log-driver', 'none', image, 'echo', 'x');
    await state(id);
    assert.equal(await collector.logTail(id), undefined);
    assert.match(sink.lastStatus?.detail ?? '', /logging driver 'none'/);
  });

  test('questions: running, dead, inspect', async () => {
    const running = await collector.running();
    assert.ok(running.some(({ name }) => name === 'early'));
    const dead = await collector.dead();
    const early = dead.find(({ identity }) => identity.name === 'early-dead');
    assert.equal(early?.state.data.exitCode, 0);
    assert.ok(dead.some(({ state: { data } }) => data.error !== undefined && data.exitCode === 127));
    assert.ok(!dead.some(({ identity }) => identity.name === 'early'));
    const inspected = await collector.inspect(early.identity.id);
    assert.equal(inspected?.identity.name, 'early-dead');
    assert.equal(await collector.inspect('0'.repeat(64)), undefined);
    assert.equal(await collector.logTail('0'.repeat(64)), undefined);
  });

  test('a daemon that restarts is lost and found again; what died with it is known', async () => {
    const { id } = await run(image, 'sleep', '600');
    await dockerd.stopDaemon();
    await sink.until('the loss', () => sink.of('runtime_connection').find(({ data }) => data.state === 'lost'));
    await sink.until('a status', () => sink.lastStatus?.state === 'retrying');
    assert.ok(sink.lastStatus?.detail !== undefined);
    await assert.rejects(collector.running(), { reason: 'runtime-absent' });
    await dockerd.startDaemon();
    await sink.until('the connection', () =>
      sink.of('runtime_connection').find(({ data }) => data.state === 'restored'),
    );
    const { data } = await state(id);
    assert.equal(data.running, false);
    const { id: next } = await run(image, 'sh', '-c', 'exit 7');
    assert.equal((await state(next)).data.exitCode, 7);
    const keys = sink.of('runtime_event').map((one) => `${String(one.at)} ${one.containerId ?? ''} ${one.data.action}`);
    assert.equal(new Set(keys).size, keys.length, 'no event twice');
  });
});
