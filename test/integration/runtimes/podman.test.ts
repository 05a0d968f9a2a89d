import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPodmanCollector } from '../../../agent/collectors/podman/podman-collector.ts';
import type { LogLine } from '../../../agent/domain/evidence.ts';
import { LOG_LINE_BYTES } from '../../../agent/domain/log-tail.ts';
import { TestAgent } from '../../support/agent.ts';
import { Podman, PODMAN_IMAGE, podmanUnavailable } from '../../support/podman.ts';
import { waitFor } from '../../support/process-tree.ts';

const LOST_AFTER_MS = 10_000;

describe('a container whose log goes into the journal', { skip: podmanUnavailable() }, () => {
  let podman: Podman;

  before(async () => {
    podman = await Podman.start();
  });

  after(async () => {
    await podman.stop();
  });

  test('has its last lines with their streams, a long one put together, and no line that somebody forged', async () => {
    const journal = await podman.openJournal();
    const long = 'x'.repeat(3_000).repeat(4);
    const script = `echo first; echo second >&2; echo ${long}; printf 'cut of'; exit 3`;
    const id = await podman.run('crun', 'said', ['--log-driver', 'journald'], ['sh', '-c', script]);
    await podman.podmanOk('wait', 'said');
    await podman.forge([`CONTAINER_ID_FULL=${id}`, 'MESSAGE=forged', 'PRIORITY=6']);
    const collector = createPodmanCollector({ storages: [podman.storage], ...(journal !== undefined && { journal }) });
    let lines: readonly LogLine[] = [];
    const isWhole = async (): Promise<boolean> => {
      lines = (await collector.logTail(id))?.data.lines ?? [];
      return lines.length >= 4;
    };
    assert.ok(await waitFor(isWhole, LOST_AFTER_MS), `only ${JSON.stringify(lines)}`);
    const told = lines.map(({ stream, text }) => [stream, text]);
    assert.deepEqual(new Set(told.map(([stream]) => stream)), new Set(['stdout', 'stderr']));
    const out = told.filter(([stream]) => stream === 'stdout').map(([, text]) => text);
    assert.deepEqual(out, ['first', long.slice(0, LOG_LINE_BYTES), 'cut of']);
    assert.deepEqual(told.find(([stream]) => stream === 'stderr')?.[1], 'second');
    assert.ok(lines.every(({ at }) => at !== undefined && at > 0));
  });
});

describe('Podman, by its own files', { skip: podmanUnavailable() }, () => {
  let podman: Podman;
  let agent: TestAgent;

  before(async () => {
    podman = await Podman.start();
    agent = new TestAgent({ docker: 'off', podman: podman.storage });
    await agent.start();
  });

  after(async () => {
    await agent.remove();
    await podman.stop();
  });

  for (const runtime of ['crun', 'runc'] as const) {
    test(`podman stop of a program without a handler, with ${runtime}`, async () => {
      const name = `web-${runtime}`;
      await podman.run(
        runtime,
        name,
        ['--label', 'app=shop', '--stop-timeout', '7'],
        ['sh', '-c', 'echo hi; exec sleep 1000'],
      );
      await podman.podmanOk('stop', '--time', '1', name);
      const report = await agent.explain(name);
      assert.equal(report.cause, 'stop.ignored', report.headline);
      assert.match(report.headline, /sleep \(PID 1\) has no handler for SIGTERM.*Podman killed it [1-9][\d.]* s later/);
      assert.equal(report.container.image, PODMAN_IMAGE);
      assert.equal(report.container.labels['app'], 'shop');
      assert.deepEqual(
        report.logTail?.lines.map(({ text }) => text),
        ['hi'],
      );
      const state = report.evidence.find(({ kind }) => kind === 'runtime_state');
      assert.equal(state?.source, 'podman');
    });
  }

  test('a container that outgrows its memory limit', async () => {
    await podman.run('crun', 'eater', ['--memory', '32m'], ['die', 'eat']);
    const report = await agent.explain('eater');
    assert.equal(report.cause, 'oom.container', report.headline);
    assert.equal(report.certainty, 'certain');
    assert.match(report.headline, /memory limit of 32 MiB/);
    assert.equal(report.container.limits?.memoryBytes, 33_554_432);
  });

  test('podman kill', async () => {
    await podman.run('crun', 'killed', [], ['sleep', '1000']);
    await podman.podmanOk('kill', 'killed');
    const report = await agent.explain('killed');
    assert.equal(report.cause, 'kill.runtime', report.headline);
    assert.equal(report.actor.process?.exe, 'crun');
    assert.ok(report.advice.some(({ command }) => command?.startsWith('podman stop ') === true));
  });

  test('a container in a pod, which is none itself', async () => {
    const pod = await podman.podmanOk('pod', 'create', '--infra=false', '--name', 'shop');
    await podman.run('crun', 'shop-web', ['--pod', 'shop'], ['sleep', '1000']);
    await podman.podmanOk('kill', 'shop-web');
    const report = await agent.explain('shop-web');
    assert.equal(report.cause, 'kill.runtime', report.headline);
    assert.match(report.victim?.argv?.join(' ') ?? '', /^sleep 1000$/);
    await podman.podmanOk('pod', 'rm', '--force', 'shop');
    const deaths = await agent.deaths();
    assert.equal(
      deaths.some(({ container }) => container.id === pod),
      false,
    );
  });
});
