import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ContainerIdentity } from '../../../agent/domain/container.ts';
import type { Evidence } from '../../../agent/domain/evidence.ts';
import { US_PER_SECOND } from '../../../agent/domain/time.ts';
import { Life, POD_CONTAINER } from '../../support/life.ts';
import { addAll, newBook, only } from '../../support/books.ts';
import { judge } from '../../support/judge.ts';
import { Random, testSeed } from '../../support/random.ts';
import { ORCHESTRATOR_CASES } from './cases/orchestrator.ts';
import { IN_POD, LIVENESS, PROBE_KILL, serving, STOPPED_BY_KUBELET, stops, unhealthy, WEB } from './cases/pod.ts';
import { PROBE_CASES } from './cases/probe.ts';

const SEED = testSeed();
const ROUNDS = 8;

/** As they come from the API: about a pod, of which nobody says which container id that is. */
function asTold(record: Evidence): Evidence {
  return record.source === 'kubernetes' ? { ...record, containerId: undefined } : record;
}

function failsItsProbe(more: Partial<ContainerIdentity> = {}): Life {
  const life = new Life({ identity: { ...POD_CONTAINER, ...more } });
  const main = serving(life);
  unhealthy(life, 'connection refused');
  life.announced('Killing', PROBE_KILL);
  stops(life, main);
  return life;
}

describe(`what Kubernetes says of a pod (seed ${String(SEED)})`, () => {
  const random = new Random(SEED);

  for (const { name, options, tell } of [...ORCHESTRATOR_CASES, ...PROBE_CASES]) {
    if (options?.kernelWatched === false) continue;
    test(`is joined to its container whoever speaks first: ${name}`, () => {
      const life = new Life(options);
      tell(life);
      const { verdict: expected } = judge(life);
      const told = life.records.filter(({ source }) => source === 'kubernetes').map(asTold);
      const isBroken = told.some(({ data }) => data.kind === 'orchestrator_connection');
      const others = life.records.filter(({ source }) => source !== 'kubernetes');
      for (let round = 0; round < ROUNDS; round += 1) {
        const book = newBook();
        const half = random.below(others.length);
        // A lost connection is told to whoever lives by then: it comes in its place.
        const arriving = isBroken
          ? life.records.map(asTold)
          : [...others.slice(0, half), ...random.shuffled([...told, ...told]), ...others.slice(half)];
        const named = isBroken ? 0 : random.below(arriving.length);
        addAll(book, arriving.slice(0, named));
        book.identify(life.identity);
        addAll(book, arriving.slice(named));
        book.take(life.now + 10 * US_PER_SECOND);
        const file = book.latest(life.id);
        assert.ok(file !== undefined);
        const { verdict } = book.settle(file, life.now + 10 * US_PER_SECOND);
        assert.deepEqual(verdict, expected, `seed ${String(SEED)}`);
      }
    });
  }

  test('a word that comes after the first verdict revises it', () => {
    const life = failsItsProbe();
    const book = newBook();
    book.identify(life.identity);
    addAll(
      book,
      life.records.filter(({ source }) => source !== 'kubernetes'),
    );
    const first = only(book.take(life.now));
    assert.equal(first.verdict.cause, 'stop.graceful');
    book.settle(first.file, life.now);
    addAll(book, life.records.filter(({ source }) => source === 'kubernetes').map(asTold));
    const revised = only(book.take(life.now + US_PER_SECOND));
    assert.equal(revised.verdict.cause, 'orchestrator.probe');
    assert.deepEqual(
      revised.revisions.map(({ cause }) => cause),
      ['stop.graceful', 'orchestrator.probe'],
    );
  });

  test('a pod’s further life makes no new revision of a death', () => {
    const life = failsItsProbe();
    const book = newBook();
    book.identify(life.identity);
    addAll(book, life.records.map(asTold));
    const first = only(book.take(life.now));
    book.settle(first.file, life.now);
    life.wait(2_000).kept({ restarts: 3, probes: [LIVENESS] });
    addAll(book, life.records.slice(-1).map(asTold));
    assert.deepEqual(book.take(life.now), []);
  });

  for (const [whose, labels] of [
    ['another container of the pod', { 'io.kubernetes.container.name': 'sidecar' }],
    ['the same container of another pod', { 'io.kubernetes.pod.uid': 'b7b0a3de-0b54-4d28-9f5c-0f6c1b1f7d11' }],
  ] as const) {
    test(`nothing of it reaches ${whose}`, () => {
      const life = failsItsProbe({ labels: { ...POD_CONTAINER.labels, ...labels } });
      const book = newBook();
      book.identify(life.identity);
      addAll(book, life.records.map(asTold));
      const { verdict } = only(book.take(life.now));
      assert.equal(verdict.cause, 'stop.graceful');
    });
  }

  test('what is said of the whole pod reaches each of its containers', () => {
    const lives = ['app', 'sidecar'].map((container, index) => {
      const labels = { ...POD_CONTAINER.labels, 'io.kubernetes.container.name': container };
      const identity = { ...POD_CONTAINER, labels, name: `web/${container}` };
      return new Life({ id: String(index).repeat(64), run: String(100 + index), identity });
    });
    const book = newBook();
    for (const life of lives) {
      book.identify(life.identity);
      const main = life.main(['app']);
      life.wait(5_000);
      stops(life, main);
    }
    const at = (lives[0]?.now ?? 0) - US_PER_SECOND;
    const { uid, namespace, name } = {
      uid: POD_CONTAINER.labels['io.kubernetes.pod.uid'],
      namespace: 'shop',
      name: 'web',
    };
    for (const life of lives) addAll(book, life.records);
    book.add({
      at,
      source: 'kubernetes',
      containerId: undefined,
      data: {
        kind: 'orchestrator_event',
        pod: { uid, namespace, name },
        reason: 'TaintManagerEviction',
        message: 'Marking for deletion Pod shop/web',
        count: 1,
      },
    });
    const causes = book.take(at + 10 * US_PER_SECOND).map(({ verdict }) => verdict.cause);
    assert.deepEqual(causes, ['orchestrator.evicted', 'orchestrator.evicted']);
  });

  test('what a Deployment does once the pod is gone reaches its end; a word of the container is another run’s by then', () => {
    const life = new Life(IN_POD);
    const main = serving(life);
    life.kept({ workload: WEB, deletedAt: life.now, deletionGraceSeconds: 30 });
    const reporter = 'deployment-controller';
    life.announced('ScalingReplicaSet', 'Scaled down replica set web-7d4b9c6f5 to 0 from 1', { reporter });
    stops(life, main);
    const book = newBook();
    book.identify(life.identity);
    addAll(book, life.records.map(asTold));
    const first = only(book.take(life.now));
    book.settle(first.file, life.now);
    life.wait(11_000).announced('Killing', PROBE_KILL, { reporter: 'kubelet' });
    addAll(book, life.records.slice(-1).map(asTold));
    assert.deepEqual(book.take(life.now), []);
    const uid = POD_CONTAINER.labels['io.kubernetes.pod.uid'];
    const pod = { uid, namespace: 'shop', name: POD_CONTAINER.labels['io.kubernetes.pod.name'] };
    life.announced('ScalingReplicaSet', 'Scaled up replica set web-5f6d7c8b9 to 1', { reporter, pod });
    addAll(book, life.records.slice(-1).map(asTold));
    const revised = only(book.take(life.now));
    assert.match(revised.verdict.headline, /^Replaced because Deployment web was rolled out with a new template/);
  });

  test('a kill of an earlier run explains nothing about the next', () => {
    const life = failsItsProbe();
    const next = new Life({ run: '4712', ...IN_POD, bornAt: life.now + 5 * US_PER_SECOND });
    const main = next.main(['shop-api']);
    next.wait(3_000);
    stops(next, main);
    const book = newBook();
    book.identify(life.identity);
    addAll(book, [...life.records, ...next.records].map(asTold));
    const causes = book.take(next.now).map(({ verdict }) => verdict.cause);
    assert.deepEqual(causes, ['orchestrator.probe', 'stop.graceful']);
  });

  test('a deletion soon after a restart reaches the run that goes on, not only the one that has just ended', () => {
    const first = new Life(IN_POD);
    const crashed = first.main(['shop-api']);
    first.wait(3_000).exit(crashed, 1);
    const second = new Life({
      id: 'b'.repeat(64),
      run: '4712',
      ...IN_POD,
      bornAt: first.now + 2 * US_PER_SECOND,
    });
    const main = second.main(['shop-api']);
    second.wait(8_000);
    second.kept({ workload: WEB, deletedAt: second.now, deletionGraceSeconds: 30 });
    second.announced('Killing', STOPPED_BY_KUBELET);
    stops(second, main);
    const book = newBook();
    for (const life of [first, second]) book.identify(life.identity);
    addAll(book, [...first.records, ...second.records].map(asTold));
    const causes = book.take(second.now).map(({ verdict }) => verdict.cause);
    assert.deepEqual(causes, ['exit.error', 'orchestrator.deleted']);
  });
});

describe('a container that could not be made, of which the runtime keeps nothing', () => {
  const NOT_THERE =
    'Error: container create failed: executable file `no-such` not found in $PATH: No such file or directory';
  const UID = '5f8e0c3a-96f1-4f0e-8a3c-2b7d1e9c4a55';
  const POD = { uid: UID, namespace: 'shop', name: 'web-7d4b9c6f5-x2x7k', container: 'typo' };

  /** All that is known of it is its control group. */
  function known({ id }: Life): ContainerIdentity {
    const cgroupPath = `/kubepods.slice/kubepods-pod${UID.replaceAll('-', '_')}.slice/crio-${id}.scope`;
    return { id, source: 'kernel', runtime: 'cri-o', labels: {}, cgroupPath };
  }

  function failed(life: Life): Evidence {
    const data = { kind: 'orchestrator_event', pod: POD, reason: 'Failed', message: NOT_THERE, count: 1 } as const;
    return { at: life.now, source: 'kubernetes', containerId: undefined, data };
  }

  for (const isFirst of [true, false]) {
    test(`is explained and named by what kubelet says, which comes ${isFirst ? 'before its control group' : 'after it'}`, () => {
      const life = new Life();
      life.removed();
      const book = newBook();
      if (isFirst) book.add(failed(life));
      book.identify(known(life));
      addAll(book, life.records);
      if (!isFirst) book.add(failed(life));
      const { verdict, container } = only(book.take(life.now + 10 * US_PER_SECOND));
      assert.equal(verdict.cause, 'start.not-found');
      assert.match(
        verdict.headline,
        /^Could not start: the command was not found in the image\. kubelet said: .*`no-such`/,
      );
      assert.equal(container.name, 'web-7d4b9c6f5-x2x7k/typo');
      assert.equal(container.labels['io.kubernetes.pod.namespace'], 'shop');
    });
  }

  test('gives its name to no other of the pod that has started', () => {
    const life = new Life();
    const main = life.main(['/app']);
    const book = newBook();
    book.identify(known(life));
    addAll(book, life.records);
    book.add(failed(life));
    const before = life.records.length;
    life.wait(1_000).exit(main, 1);
    addAll(book, life.records.slice(before));
    const { container, verdict } = only(book.take(life.now + 10 * US_PER_SECOND));
    assert.equal(container.name, undefined);
    assert.equal(verdict.cause, 'exit.error');
  });
});
