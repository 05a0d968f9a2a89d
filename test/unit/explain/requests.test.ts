import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Verdict } from '../../../agent/domain/death.ts';
import type { Evidence, RuntimeRequest } from '../../../agent/domain/evidence.ts';
import { Signal } from '../../../agent/domain/signals.ts';
import { US_PER_SECOND } from '../../../agent/domain/time.ts';
import type { EpochUs } from '../../../agent/domain/time.ts';
import type { CaseBook } from '../../../agent/explain/case-book.ts';
import { addAll, newBook, only } from '../../support/books.ts';
import { Life } from '../../support/life.ts';
import type { LifeOptions } from '../../support/life.ts';
import { client, hostDaemon, hostProcess, runc } from '../../support/senders.ts';
import type { Sender } from '../../support/senders.ts';

const ALICE = client('alice', 1_000, ['docker', 'stop', 'web']);
/** From the start of a life to the request, and on to the signal. */
const ASKED_AFTER_US = 5 * US_PER_SECOND;

/** As the kernel's collector hands it over: of no container. */
function request(at: EpochUs, more: Partial<RuntimeRequest> = {}, by: Sender = ALICE): Evidence {
  const data: RuntimeRequest = {
    kind: 'runtime_request',
    runtime: 'docker',
    socket: '/run/docker.sock',
    action: 'stop',
    container: 'web',
    client: by.process,
    ancestry: by.ancestry,
    ...more,
  };
  return { at, source: 'kernel', containerId: undefined, data };
}

/** A life that is stopped 60 ms after `asked`. */
function stoppedLife(options: LifeOptions = {}): { readonly life: Life; readonly asked: EpochUs } {
  const life = new Life(options);
  const main = life.main(['nginx']);
  const asked = life.now + ASKED_AFTER_US;
  life.now = asked + 60_000;
  life.signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
  life.wait(80).exit(main, 0);
  return { life, asked };
}

function verdictOf(book: CaseBook, { life, asked }: ReturnType<typeof stoppedLife>, ...requests: Evidence[]): Verdict {
  book.identify(life.identity);
  addAll(
    book,
    life.records.filter(({ at }) => at < asked),
  );
  addAll(book, requests);
  addAll(
    book,
    life.records.filter(({ at }) => at >= asked),
  );
  return only(book.take(life.now)).verdict;
}

function names(verdict: Verdict): readonly (string | undefined)[] {
  return (verdict.actor.requester?.candidates ?? []).map(({ process }) => process.user);
}

describe('a request finds the run that it is about', () => {
  test('by name, by id, by the beginning of its id', () => {
    for (const reference of ['web', 'a3f1'.repeat(16), 'a3f1a']) {
      const told = stoppedLife();
      const verdict = verdictOf(newBook(), told, request(told.asked, { container: reference }));
      assert.equal(verdict.actor.requester?.certainty, 'certain', reference);
      assert.deepEqual(names(verdict), ['alice'], reference);
    }
  });

  test('not that of another container', () => {
    for (const reference of ['we', 'web2', 'b3f1', 'A3F1', 'f1a3']) {
      const told = stoppedLife();
      const verdict = verdictOf(newBook(), told, request(told.asked, { container: reference }));
      assert.equal(verdict.actor.requester, undefined, reference);
    }
  });

  test('not that of another runtime’s container of the same name', () => {
    const told = stoppedLife();
    const verdict = verdictOf(newBook(), told, request(told.asked, { runtime: 'podman' }));
    assert.equal(verdict.actor.requester, undefined);
  });

  test('also when the name becomes known after it', () => {
    const { life, asked } = stoppedLife();
    const book = newBook();
    const { name: _name, ...nameless } = life.identity;
    book.identify({ ...nameless, source: 'kernel' });
    addAll(
      book,
      life.records.filter(({ at }) => at < asked),
    );
    book.add(request(asked));
    book.identify(life.identity);
    addAll(
      book,
      life.records.filter(({ at }) => at >= asked),
    );
    assert.deepEqual(names(only(book.take(life.now)).verdict), ['alice']);
  });

  test('a name that one container has lost to another is the one’s who runs', () => {
    const book = newBook();
    const old = stoppedLife({ id: 'beef'.repeat(16), run: '1', bornAt: stoppedLife().life.now - 60 * US_PER_SECOND });
    verdictOf(book, old);
    const next = stoppedLife();
    assert.deepEqual(names(verdictOf(book, next, request(next.asked))), ['alice']);
  });

  test('two that run by the same name: nobody knows which was meant', () => {
    const book = newBook();
    const twin = new Life({ id: 'beef'.repeat(16), run: '1' });
    twin.main(['nginx']);
    book.identify(twin.identity);
    addAll(book, twin.records);
    const told = stoppedLife();
    assert.equal(verdictOf(book, told, request(told.asked)).actor.requester, undefined);
  });

  test('of a restarted container the run of its time', () => {
    const book = newBook();
    const first = stoppedLife({ run: '1' });
    verdictOf(book, first, request(first.asked));
    const second = stoppedLife({ run: '2', bornAt: first.life.now + US_PER_SECOND });
    const late = request(first.life.now + 1_000, { action: 'kill' }, client('bob', 1_001, ['docker', 'kill', 'web']));
    const verdict = verdictOf(book, second, late, request(second.asked));
    assert.deepEqual(names(verdict), ['alice']);
  });

  test('in a client’s container by the name of that container', () => {
    const book = newBook();
    const runner = new Life({ id: 'c1'.repeat(32), run: '1', identity: { name: 'ci-runner' } });
    book.identify(runner.identity);
    const told = stoppedLife();
    const curl: Sender = { process: hostProcess(9, ['curl', 'x'], { containerId: runner.id }), ancestry: [] };
    const { headline } = verdictOf(book, told, request(told.asked, {}, curl));
    assert.match(
      headline,
      /a process of the container ci-runner, which has Docker’s socket mounted, asked Docker to stop/,
    );
  });
});

describe('a request of which nobody can read what it asks for', () => {
  const KUBELET = hostDaemon(['/usr/bin/kubelet', '--v=2'], 811);
  const opaque = (at: EpochUs, by: Sender): Evidence => {
    const { container: _container, ...data } = { ...requestData(at, by), runtime: 'containerd' as const };
    return { ...request(at, {}, by), data: { ...data, action: 'unknown' } };
  };
  const requestData = (at: EpochUs, by: Sender): RuntimeRequest => {
    const { data } = request(at, {}, by);
    assert.ok(data.kind === 'runtime_request');
    return data;
  };

  test('is possible for a container of that runtime, each client once, and never for Docker’s', () => {
    const cri = stoppedLife({ identity: { runtime: 'containerd' } });
    const crictl = client('alice', 1_000, ['crictl', 'stop', 'a3f1']);
    const requests = [opaque(cri.asked - 900_000, KUBELET), opaque(cri.asked - 1, KUBELET), opaque(cri.asked, crictl)];
    const verdict = verdictOf(newBook(), cri, ...requests);
    assert.equal(verdict.actor.requester?.certainty, 'possible');
    assert.deepEqual(names(verdict), ['root', 'alice']);
    assert.match(verdict.headline, /kubelet \(pid 811, user root\) or alice \(`crictl stop a3f1`\); containerd sent/);
    const docker = stoppedLife();
    assert.equal(verdictOf(newBook(), docker, ...requests).actor.requester, undefined);
  });

  test('long before is no candidate, and a daemon that only passes on is none', () => {
    const cri = stoppedLife({ identity: { runtime: 'containerd' } });
    const helper = hostDaemon(['/usr/bin/dockerd'], 700);
    const requests = [opaque(cri.asked - 30 * US_PER_SECOND, KUBELET), opaque(cri.asked, helper)];
    assert.equal(verdictOf(newBook(), cri, ...requests).actor.requester, undefined);
  });

  test('written in pieces it still names its client as possible', () => {
    const told = stoppedLife();
    const verdict = verdictOf(newBook(), told, request(told.asked, { action: 'unknown' }));
    assert.equal(verdict.actor.requester?.certainty, 'possible');
    assert.deepEqual(names(verdict), ['alice']);
  });
});

test('a flood of requests for containers that do not exist is let go of', () => {
  const book = newBook();
  const told = stoppedLife();
  const flood = Array.from({ length: 5_000 }, (_, index) => request(told.asked, { container: `no-${String(index)}` }));
  assert.deepEqual(names(verdictOf(book, told, ...flood, request(told.asked + 1))), ['alice']);
});
