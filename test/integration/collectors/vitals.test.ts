import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { createDockerCollector } from '../../../agent/collectors/docker/docker-collector.ts';
import { createVitalsCollector } from '../../../agent/collectors/vitals/vitals-collector.ts';
import type { RuntimeCollector, VitalsSource } from '../../../agent/domain/collector.ts';
import { type Dockerd, dockerdUnavailable, startDockerd } from '../../support/dockerd.ts';
import { RecordingSink } from '../../support/recording-sink.ts';

const MIB = 1_048_576;

describe('vitals of real containers', { skip: dockerdUnavailable() }, () => {
  let dockerd: Dockerd;
  let image: string;
  let docker: RuntimeCollector;
  let vitals: VitalsSource;
  const sink = new RecordingSink();

  const run = async (name: string, ...argv: string[]): Promise<string> => {
    const id = await dockerd.dockerOk('run', '-d', '--name', name, '--network', 'none', ...argv);
    const path = await sink.until('its cgroup', () => sink.identities.get(id)?.cgroupPath);
    vitals.watch(id, path);
    return id;
  };

  before(async () => {
    dockerd = await startDockerd();
    image = await dockerd.importBusybox();
    docker = createDockerCollector({ socketPath: dockerd.socketPath });
    vitals = createVitalsCollector({ periodMs: 200 });
    await docker.start(sink);
    await vitals.start(sink);
  });

  after(async () => {
    try {
      await vitals.stop();
      await docker.stop();
    } finally {
      await dockerd.stop();
    }
  });

  test('memory, limits and processes; kept after the cgroup is gone', async () => {
    const id = await run(
      'mem',
      '-m',
      '32m',
      '--memory-swap',
      '32m',
      '--pids-limit',
      '20',
      image,
      'sh',
      '-c',
      'dd if=/dev/zero bs=8M count=1 | (sleep 600; cat)',
    );
    const first = vitals.recent(id)[0];
    assert.equal(first?.memoryLimitBytes, 32 * MIB);
    assert.equal(first.pidsLimit, 20);
    await sink.until('8 MiB in use', () => (vitals.recent(id).at(-1)?.anonBytes ?? 0) > 6 * MIB);
    const sample = vitals.recent(id).at(-1);
    assert.ok((sample?.memoryBytes ?? 0) >= (sample?.anonBytes ?? 0) && (sample?.memoryBytes ?? 0) <= 32 * MIB);
    assert.ok((sample?.pids ?? 0) >= 2);
    assert.ok((sample?.cpuUsageUs ?? 0) > 0);
    const open = readdirSync('/proc/self/fd').length;
    await dockerd.dockerOk('kill', id);
    await sink.until('the end', () => sink.of('runtime_state', id).at(-1));
    await sink.until('closed files', () => readdirSync('/proc/self/fd').length <= open - 7);
    const kept = vitals.release(id);
    assert.ok(kept.some(({ anonBytes }) => (anonBytes ?? 0) > 6 * MIB));
    assert.deepEqual(vitals.recent(id), []);
  });

  test('a started-again container gets new samples in its new cgroup', async () => {
    const id = await run('again', image, 'sleep', '600');
    const path = sink.identities.get(id)?.cgroupPath ?? '';
    await dockerd.dockerOk('kill', id);
    await dockerd.dockerOk('start', id);
    vitals.watch(id, path);
    const samples = vitals.recent(id).length;
    await sink.until('samples that go on', () => vitals.recent(id).length > samples + 2);
  });

  test('a container at its CPU limit is throttled, and it is told', async () => {
    const id = await run('busy', '--cpus', '0.2', image, 'sh', '-c', 'while :; do :; done');
    const { data } = await sink.until('the evidence', () => sink.of('cpu_throttle', id).at(0));
    assert.deepEqual([data.quotaUs, data.periodUs], [20_000, 100_000]);
    assert.ok(data.throttledPeriods >= data.periods / 10 && data.throttledPeriods <= data.periods);
    assert.ok(data.throttledUs > 0);
  });
});
