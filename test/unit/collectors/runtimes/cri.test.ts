import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createCriCollector } from '../../../../agent/collectors/cri/cri-collector.ts';
import type { RuntimeCollector } from '../../../../agent/domain/collector.ts';
import { FakeCri } from '../../../support/fake-cri.ts';
import { RecordingSink } from '../../../support/recording-sink.ts';

const APP = 'a'.repeat(64);
const LATE = 'b'.repeat(64);
const POD = 'c'.repeat(64);

const KINDS = [
  ['with events', 'streamed', /^cri-o 1\.31\.0, events$/],
  ['that does not know of events', 'unknown', /^cri-o 1\.31\.0, polled$/],
  ['that ends the stream of events at once, as CRI-O does by default', 'ended', /^cri-o 1\.31\.0, polled$/],
] as const;

for (const [title, events, peer] of KINDS) {
  describe(`a CRI runtime ${title}`, () => {
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
      assert.match(sink.statuses.at(-1)?.peer ?? '', peer);
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
  const fake = new FakeCri({ events: 'streamed' });
  const sink = new RecordingSink();
  const collector = createCriCollector({ socketPath: fake.socketPath, absentRetryMs: 20 });
  await collector.start(sink);
  assert.equal(sink.statuses.at(-1)?.state, 'absent');
  await fake.start();
  await sink.until('the connection', () => sink.statuses.at(-1)?.state === 'running');
  await collector.stop();
  fake.remove();
});

test('a runtime that ends its events while it goes on is looked at instead, and is not lost', async (t) => {
  const fake = new FakeCri({ events: 'streamed' });
  await fake.start();
  const sink = new RecordingSink();
  const collector = createCriCollector({
    socketPath: fake.socketPath,
    pollMs: 50,
  });
  t.after(async () => {
    await collector.stop();
    fake.remove();
  });
  await collector.start(sink);
  await sink.until('the events', () => sink.statuses.at(-1)?.peer?.endsWith(', events') === true);
  fake.endEvents();
  await sink.until('the looks', () => sink.statuses.at(-1)?.peer?.endsWith(', polled') === true);
  fake.run({ id: APP, sandboxId: POD, name: 'app' });
  await sink.until('the container', () => sink.identities.has(APP));
  assert.deepEqual(sink.of('runtime_connection'), []);
});
