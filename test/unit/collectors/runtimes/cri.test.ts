import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createCriCollector } from '../../../../agent/collectors/cri/cri-collector.ts';
import type { RuntimeCollector } from '../../../../agent/domain/collector.ts';
import { FakeCri } from '../../../support/fake-cri.ts';
import { RecordingSink } from '../../../support/recording-sink.ts';

const APP = 'a'.repeat(64);
const LATE = 'b'.repeat(64);
const POD = 'c'.repeat(64);

for (const events of [true, false]) {
  describe(`a CRI runtime ${events ? 'with events, as CRI-O' : 'that has to be polled'}`, () => {
    let fake: FakeCri;
    let sink: RecordingSink;
    let collector: RuntimeCollector;

    beforeEach(async () => {
      fake = new FakeCri({ events });
      await fake.start();
      fake.run({ id: APP, sandboxId: POD, name: 'app' });
      sink = new RecordingSink();
      collector = createCriCollector({ socketPath: fake.socketPath, pollMs: 50, retryMs: [20, 50], absentRetryMs: 20 });
      await collector.start(sink);
    });

    afterEach(async () => {
      await collector.stop();
      fake.remove();
    });

    const identityOf = (id: string) => sink.identities.get(id);

    test('what runs is known by its pod, with image, restarts and the default grace period', async () => {
      await sink.until('the container', () => identityOf(APP) !== undefined);
      const identity = identityOf(APP);
      assert.deepEqual(
        [identity?.name, identity?.runtime, identity?.image, identity?.restartCount, identity?.stopTimeoutSeconds],
        ['web-1/app', 'cri-o', 'registry.example/shop:1', 2, 30],
      );
      assert.equal(identity?.labels['io.kubernetes.pod.namespace'], 'shop');
      assert.match(sink.statuses.at(-1)?.peer ?? '', events ? /^cri-o 1\.31\.0, events$/ : /^cri-o 1\.31\.0, polled$/);
    });

    test('a start and an end are told', async () => {
      fake.run({ id: LATE, sandboxId: POD, name: 'late' });
      await sink.until('the start', () => sink.of('runtime_event').some(({ data }) => data.action === 'start'));
      fake.end(LATE, 137, 'OOMKilled');
      await sink.until('the end', () => sink.of('runtime_event').some(({ data }) => data.action === 'die'));
      const end = sink.of('runtime_event').find(({ data }) => data.action === 'die');
      assert.deepEqual([end?.containerId, end?.source, end?.data.exitCode], [LATE, 'cri', 137]);
      const state = (await collector.inspect(LATE))?.state.data;
      assert.deepEqual([state?.running, state?.exitCode, state?.oomKilled], [false, 137, true]);
      assert.equal(await collector.inspect('d'.repeat(64)), undefined);
    });

    test('a runtime that restarts is followed again', async () => {
      fake.stop();
      await sink.until('the loss', () => sink.of('runtime_connection').some(({ data }) => data.state === 'lost'));
      await assert.rejects(collector.inspect(APP), { reason: 'runtime-absent' });
      await fake.start();
      await sink.until('the return', () => sink.of('runtime_connection').some(({ data }) => data.state === 'restored'));
      assert.equal((await collector.running()).length, 1);
    });
  });
}

test('without a socket the runtime is absent, and is found when it comes', async () => {
  const fake = new FakeCri({ events: true });
  const sink = new RecordingSink();
  const collector = createCriCollector({ socketPath: fake.socketPath, absentRetryMs: 20 });
  await collector.start(sink);
  assert.equal(sink.statuses.at(-1)?.state, 'absent');
  await fake.start();
  await sink.until('the connection', () => sink.statuses.at(-1)?.state === 'running');
  await collector.stop();
  fake.remove();
});
