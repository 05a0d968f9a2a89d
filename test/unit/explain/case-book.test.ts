import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Signal } from '../../../agent/domain/signals.ts';
import { US_PER_MS, US_PER_SECOND } from '../../../agent/domain/time.ts';
import { addAll, newBook, only, since, stopped } from '../../support/books.ts';
import { Life, levels } from '../../support/life.ts';
import { BORN_AT, personOnHost, runc } from '../../support/senders.ts';

describe('the first verdict', () => {
  test('comes with the end of the main process, not before', () => {
    const life = new Life();
    const book = newBook();
    const main = life.main(['nginx']);
    life.wait(5_000).signal(Signal.KILL, main, personOnHost());
    addAll(book, life.records);
    assert.deepEqual(book.take(life.now), []);
    assert.equal(book.live().length, 1);
    const before = life.records.length;
    life.killed(main, Signal.KILL);
    addAll(book, since(life, before));
    const verdict = only(book.take(life.now));
    assert.equal(verdict.verdict.cause, 'kill.host');
    assert.equal(verdict.isFirst, true);
    assert.equal(verdict.settled, false);
    assert.equal(verdict.at, life.records.at(-1)?.at);
    assert.deepEqual(book.take(life.now), []);
    assert.deepEqual(book.live(), []);
  });

  test('leaves the runtime’s helpers out of the evidence and names the programs', () => {
    const life = new Life();
    const book = newBook();
    stopped(life);
    addAll(book, life.records);
    const { evidence } = only(book.take(life.now));
    const texts = evidence.map(({ text }) => text).join('\n');
    assert.ok(!texts.includes('CHILD'), texts);
    assert.match(texts, /SIGTERM to nginx \(PID 1\), from the runtime/);
    assert.match(texts, /nginx \(PID 1\) ended with exit code 0/);
  });

  test('takes along what the runtime said before there was a cgroup', () => {
    const life = new Life();
    const book = newBook();
    const early = new Life({ bornAt: BORN_AT - 40 * US_PER_MS, seenFromStart: false });
    early.docker('create');
    stopped(life);
    addAll(book, [...early.records, ...life.records]);
    const { evidence } = only(book.take(life.now));
    assert.equal(evidence[0]?.data.kind, 'runtime_event');
  });

  test('of a container that the agent found running says that it came late', () => {
    const life = new Life({ seenFromStart: false });
    const book = newBook();
    book.openSeeded(life.id, life.run, life.now);
    const main = life.main(['nginx']);
    life.wait(5_000).signal(Signal.KILL, main, runc(Signal.KILL));
    life.killed(main, Signal.KILL);
    addAll(book, life.records);
    const { verdict, origin } = only(book.take(life.now));
    assert.deepEqual([verdict.cause, verdict.certainty, verdict.complete], ['kill.runtime', 'likely', false]);
    assert.equal(origin, 'witnessed');
  });

  test('from records of before the agent’s start is recovered', () => {
    const life = new Life({ bornAt: BORN_AT - 60 * US_PER_SECOND });
    const book = newBook();
    stopped(life);
    addAll(book, life.records);
    const { origin, verdict } = only(book.take(life.now));
    assert.equal(origin, 'recovered');
    assert.equal(verdict.certainty, 'certain');
  });

  test('is not weakened when the record of the cgroup comes from the slower ring', () => {
    const life = new Life();
    const book = newBook();
    const main = life.main(['nginx']);
    life.wait(5_000).signal(Signal.KILL, main, runc(Signal.KILL));
    life.killed(main, Signal.KILL);
    const [created, ...rest] = life.records;
    assert.ok(created !== undefined);
    addAll(book, [...rest, created]);
    const { verdict } = only(book.take(life.now));
    assert.deepEqual([verdict.certainty, verdict.complete], ['certain', true]);
  });
});

describe('the kernel’s word is waited for', () => {
  test('and counts when it comes in time', () => {
    const life = new Life();
    const book = newBook();
    const main = life.main(['nginx']);
    life.wait(5_000).docker('die', { exitCode: 137 });
    addAll(book, life.records);
    assert.deepEqual(book.take(life.now + US_PER_SECOND), []);
    const before = life.records.length;
    life.signal(Signal.KILL, main, personOnHost());
    life.killed(main, Signal.KILL);
    addAll(book, since(life, before));
    assert.equal(only(book.take(life.now + US_PER_SECOND)).verdict.cause, 'kill.host');
  });

  test('but not for ever', () => {
    const life = new Life();
    const book = newBook();
    life.main(['nginx']);
    life.wait(5_000).dockerSawEnd(137);
    addAll(book, life.records);
    const { verdict } = only(book.take(life.now + 3 * US_PER_SECOND));
    assert.deepEqual([verdict.cause, verdict.certainty, verdict.complete], ['unknown', 'unknown', false]);
  });

  test('and corrects a verdict that was given without it', () => {
    const life = new Life();
    const book = newBook();
    const main = life.main(['nginx']);
    life.wait(5_000).dockerSawEnd(137);
    addAll(book, life.records);
    const { file } = only(book.take(life.now + 3 * US_PER_SECOND));
    const before = life.records.length;
    life.signal(Signal.KILL, main, personOnHost());
    life.killed(main, Signal.KILL);
    addAll(book, since(life, before));
    const { verdict, revisions, isFirst } = book.settle(file, life.now + 3 * US_PER_SECOND);
    assert.deepEqual([verdict.cause, verdict.certainty, isFirst], ['kill.host', 'certain', false]);
    assert.deepEqual(
      revisions.map(({ cause }) => cause),
      ['unknown', 'kill.host'],
    );
    assert.deepEqual(revisions[1]?.because, ['signal_sent', 'process_exit']);
  });

  test('of a cgroup that went away without a program', () => {
    const life = new Life();
    const book = newBook();
    life.removed();
    addAll(book, life.records);
    assert.deepEqual(book.take(life.now + US_PER_SECOND), []);
    assert.equal(only(book.take(life.now + 5 * US_PER_SECOND)).verdict.cause, 'start.failed');
  });
});

describe('late evidence', () => {
  test('settles without a new revision when it changes nothing', () => {
    const life = new Life();
    const book = newBook();
    stopped(life);
    addAll(book, life.records);
    const { file } = only(book.take(life.now));
    const before = life.records.length;
    life.dockerSawEnd(0);
    addAll(book, since(life, before));
    const settled = book.settle(file, life.now);
    assert.equal(settled.settled, true);
    assert.equal(settled.revisions.length, 1);
    assert.ok(settled.evidence.some(({ data }) => data.kind === 'runtime_state'));
  });

  test('makes a revision that says what arrived when it changes the verdict', () => {
    const life = new Life();
    const book = newBook();
    const main = life.main(['python3', 'load.py']);
    life.wait(500).exit(main, 1);
    addAll(book, life.records);
    const first = only(book.take(life.now));
    const before = life.records.length;
    life.log('MemoryError');
    addAll(book, since(life, before));
    const { revisions } = book.settle(first.file, life.now);
    assert.deepEqual(
      revisions.map(({ number, cause }) => [number, cause]),
      [
        [1, 'exit.error'],
        [2, 'oom.runtime'],
      ],
    );
    assert.deepEqual(revisions[1]?.because, ['log_tail']);
  });

  test('after settling is joined for a minute, then forgotten', () => {
    const life = new Life();
    const book = newBook();
    stopped(life);
    addAll(book, life.records);
    const { file } = only(book.take(life.now));
    book.settle(file, life.now);
    const before = life.records.length;
    life.wait(1_000).docker('destroy');
    addAll(book, since(life, before));
    const again = only(book.take(life.now));
    assert.equal(again.revisions.length, 1);
    assert.equal(again.isFirst, false);
    assert.deepEqual(book.take(life.now + 61 * US_PER_SECOND), []);
    assert.equal(book.latest(life.id), undefined);
  });

  test('that came already is no news', () => {
    const life = new Life();
    const book = newBook();
    stopped(life);
    addAll(book, life.records);
    const { file, evidence } = only(book.take(life.now));
    book.settle(file, life.now);
    addAll(book, life.records);
    assert.deepEqual(book.take(life.now), []);
    assert.equal(book.settle(file, life.now).evidence.length, evidence.length);
  });
});

describe('two runs of one container', () => {
  test('never share evidence', () => {
    const first = new Life({ run: '100' });
    const book = newBook();
    const main = first.main(['java']);
    first.wait(500).oom(main, levels(first.id, 'container'));
    first.killed(main, Signal.KILL);
    first.removed();
    addAll(book, first.records);
    const died = only(book.take(first.now));
    assert.equal(died.verdict.cause, 'oom.container');
    first.dockerSawEnd(137, { oomKilled: true });

    const bornAt = first.now + 200 * US_PER_MS;
    const second = new Life({ run: '101', bornAt });
    const again = second.main(['java']);
    addAll(book, second.records);
    // Docker's word on the first run, read after the second has begun.
    addAll(book, first.records);
    assert.deepEqual(book.take(second.now), []);
    assert.equal(book.live().length, 1);
    const before = second.records.length;
    second.wait(9_000).exit(again, 1);
    addAll(book, since(second, before));
    const verdict = only(book.take(second.now));
    assert.equal(verdict.verdict.cause, 'exit.error');
    assert.deepEqual(verdict.verdict.notes, []);
    assert.ok(verdict.evidence.every(({ at }) => at >= bornAt));
    const settled = book.settle(died.file, second.now);
    assert.equal(settled.verdict.cause, 'oom.container');
    assert.ok(settled.evidence.some(({ data }) => data.kind === 'runtime_state'));
  });

  test('an end that is older than every known run ends none of them', () => {
    const book = newBook();
    const forgotten = new Life({ seenFromStart: false, bornAt: BORN_AT - 300 * US_PER_SECOND });
    forgotten.docker('die', { exitCode: 1 });
    const life = new Life();
    life.main(['nginx']);
    addAll(book, [...forgotten.records, ...life.records, ...forgotten.records]);
    assert.deepEqual(book.take(life.now + 10 * US_PER_SECOND), []);
    assert.equal(book.live().length, 1);
  });

  test('a start that fails is a death of its own, with its own time', () => {
    const first = new Life({ run: '100' });
    const book = newBook();
    stopped(first);
    addAll(book, first.records);
    const { file } = only(book.take(first.now));
    book.settle(file, first.now);

    const bornAt = first.now + 20 * US_PER_SECOND;
    const second = new Life({ run: '101', bornAt });
    second.removed();
    addAll(book, second.records);
    // Docker still keeps the end of the first run, and the collector dates its word by it.
    const error = 'OCI runtime create failed: exec: "nosuch": executable file not found in $PATH: unknown';
    const data = { kind: 'runtime_state', running: false, exitCode: 127, error, finishedAt: first.now } as const;
    book.add({ at: first.now, source: 'docker', containerId: first.id, data });
    const verdict = only(book.take(second.now + US_PER_SECOND));
    assert.equal(verdict.verdict.cause, 'start.not-found');
    assert.ok(verdict.at >= bornAt);
    assert.equal(book.settle(file, second.now).verdict.cause, 'stop.graceful');
  });

  test('five crashes in a row are five deaths with one cause', () => {
    const book = newBook();
    const causes: string[] = [];
    for (let run = 0; run < 5; run += 1) {
      const life = new Life({ run: String(200 + run), bornAt: BORN_AT + run * 300 * US_PER_MS });
      const main = life.main(['/app']);
      life.wait(20).exit(main, 1);
      life.removed();
      addAll(book, life.records);
      causes.push(...book.take(life.now).map(({ verdict }) => verdict.cause));
    }
    assert.deepEqual(
      causes,
      Array.from({ length: 5 }, () => 'exit.error'),
    );
  });
});

describe('without kernel records', () => {
  test('the runtime’s start opens the case and its end closes it', () => {
    const life = new Life({ kernelWatched: false });
    const book = newBook(false);
    life.docker('create');
    life.wait(100).docker('start');
    life.wait(5_000).dockerSawEnd(1);
    addAll(book, life.records);
    const { verdict } = only(book.take(life.now + 2 * US_PER_SECOND));
    assert.deepEqual([verdict.cause, verdict.certainty, verdict.complete], ['exit.error', 'likely', false]);
  });

  test('a start that failed is a death although nothing ran', () => {
    const life = new Life({ kernelWatched: false });
    const book = newBook();
    life.docker('create');
    life.wait(30).state(127, { error: 'exec: "nosuch": executable file not found in $PATH: unknown' });
    addAll(book, life.records);
    const { verdict, file } = only(book.take(life.now));
    assert.deepEqual([verdict.cause, verdict.certainty], ['start.not-found', 'certain']);
    book.settle(file, life.now);
    addAll(book, life.records);
    assert.deepEqual(book.take(life.now), []);
  });

  test('the kernel’s records of a failed start that come late make no second death', () => {
    const life = new Life();
    const book = newBook();
    life.removed();
    life.wait(20).state(127, { error: 'exec: "nosuch": executable file not found in $PATH: unknown' });
    const word = life.records.at(-1);
    assert.ok(word !== undefined);
    book.add(word);
    const { file } = only(book.take(life.now));
    book.settle(file, life.now);
    addAll(book, life.records);
    const again = only(book.take(life.now + 10 * US_PER_SECOND));
    assert.equal(again.isFirst, false);
    assert.equal(again.revisions.length, 1);
    assert.equal(again.file.opening.run, file.opening.run);
  });

  test('a death that only the runtime remembers is told at once and never certain', () => {
    for (const code of [0, 1, 137, 143, 255]) {
      const life = new Life({ kernelWatched: false });
      const book = newBook();
      book.identify(life.identity);
      const file = book.openReconciled(life.id, life.now);
      life.state(code, { finishedAt: life.now });
      life.gap([], 'agent_down', 0);
      for (const record of life.records) file.add(record);
      const { verdict, origin } = only(book.take(life.now));
      assert.equal(origin, 'reconciled');
      assert.notEqual(verdict.certainty, 'certain');
      assert.equal(verdict.complete, false);
      assert.equal(verdict.cause, code === 0 ? 'exit.success' : code === 1 ? 'exit.error' : 'unknown');
    }
  });
});
