import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeDeath } from '../../../agent/daemon/compose.ts';
import type { Machine } from '../../../agent/daemon/machine.ts';
import { Wounds } from '../../../agent/daemon/wounds.ts';
import type { Death } from '../../../agent/domain/death.ts';
import type { Evidence } from '../../../agent/domain/evidence.ts';
import type { ProcessRef } from '../../../agent/domain/process.ts';
import { Signal } from '../../../agent/domain/signals.ts';
import type { EpochUs } from '../../../agent/domain/time.ts';
import { US_PER_MS, US_PER_SECOND } from '../../../agent/domain/time.ts';
import { CaseBook } from '../../../agent/explain/case-book.ts';
import { Code, Life, levels } from '../../support/life.ts';
import { hostDaemon, personOnHost, runc } from '../../support/senders.ts';

const MACHINE: Machine = { machineId: 'm', bootId: 'b', host: 'node-1' };
const SEGV_MAPERR = 1;

/** Of records that reach the agent later than they are stamped. */
const ARRIVED = new WeakMap<Evidence, EpochUs>();

/** Plays a life second by second and collects what is written of wounds, the last word of each. */
class Ward {
  readonly told = new Map<string, Death>();
  writes = 0;
  readonly deaths: Death[] = [];
  readonly #book: CaseBook;
  readonly #wounds: Wounds;

  constructor(life: Life, kept: readonly Death[] = []) {
    this.#book = new CaseBook({ kernelWatched: true, startedAt: life.records[0]?.at ?? life.now });
    this.#wounds = new Wounds({ machine: MACHINE, book: this.#book, vitals: () => [], kept: () => kept });
    this.#book.identify(life.identity);
    let now = life.records[0]?.at ?? life.now;
    for (const record of life.records) {
      for (; now + US_PER_SECOND < (ARRIVED.get(record) ?? record.at); now += US_PER_SECOND) this.#look(now);
      this.#book.add(record);
    }
    for (const end = life.now; now <= end + US_PER_SECOND; now += US_PER_SECOND) this.#look(now);
  }

  #look(now: number): void {
    for (const verdict of this.#book.take(now)) {
      if (!verdict.isFirst) continue;
      const [death, ...wounds] = this.#wounds.end(verdict, composeDeath(MACHINE, verdict), now);
      if (death !== undefined) this.deaths.push(death);
      this.#keep(wounds);
    }
    this.#keep(this.#wounds.due(now).deaths);
  }

  #keep(wounds: readonly Death[]): void {
    this.writes += wounds.length;
    for (const wound of wounds) this.told.set(wound.id, wound);
  }

  get wounds(): readonly Death[] {
    return [...this.told.values()];
  }
}

/** A crash in a function of the program, whose backtrace comes `lateMs` after the end. */
function crashIn(life: Life, parent: ProcessRef, name: string, lateMs: number): void {
  const at = life.now + 20 * US_PER_MS;
  const worker = crash(life, parent);
  life.wait(lateMs).trace(worker, [{ address: '0x401234', module: 'worker', offset: '0x1234', function: name }]);
  const last = life.records.pop();
  if (last === undefined) return;
  const trace = { ...last, at };
  ARRIVED.set(trace, last.at);
  life.records.push(trace);
}

function crash(life: Life, parent: ProcessRef): ProcessRef {
  const worker = life.child(parent, ['worker', '--one']);
  life.wait(20).fault(Signal.SEGV, worker, SEGV_MAPERR, { faultAddress: '0x0' });
  life.killed(worker, Signal.SEGV);
  return worker;
}

describe('a wound', () => {
  test('is told of once the main process has outlived it', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    crash(life, main);
    life.wait(4_000);
    assert.deepEqual(new Ward(life).wounds, []);
    life.wait(6_000);
    const [wound, ...more] = new Ward(life).wounds;
    assert.deepEqual(more, []);
    assert.equal(wound?.verdict.cause, 'crash.segfault');
    assert.match(wound.verdict.headline, /^worker \(pid \d+ in the container\) crashed.*; the container runs on\.$/);
    assert.equal(wound.verdict.victim?.isMain, false);
    assert.equal(wound.verdict.complete, true);
    assert.equal(wound.wound?.end, undefined);
  });

  test('has one record however often it comes, written from time to time', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    for (let round = 0; round < 120; round += 1) {
      crash(life, main);
      life.wait(500);
    }
    life.wait(12_000);
    const ward = new Ward(life);
    const [wound, ...more] = ward.wounds;
    assert.deepEqual(more, []);
    assert.equal(wound?.wound?.count, 120);
    assert.equal(wound.revisions.length, 1);
    assert.ok(ward.writes < 12, `${String(ward.writes)} writes in a minute`);
  });

  test('waits for its backtrace, and says where', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    crashIn(life, main, 'parse', 2_500);
    life.wait(8_000);
    const [wound, ...more] = new Ward(life).wounds;
    assert.deepEqual(more, []);
    assert.match(wound?.verdict.headline ?? '', /null pointer.*, in parse\(\); the container runs on\.$/);
  });

  test('in another function of the same program is another one', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    for (const name of ['parse', 'render', 'parse']) {
      crashIn(life, main, name, 300);
      life.wait(6_000);
    }
    life.wait(12_000);
    const counts = new Ward(life).wounds.map(({ verdict, wound }) => [
      / in (\w+)\(\)/.exec(verdict.headline)?.[1],
      wound?.count,
    ]);
    assert.deepEqual(counts, [
      ['parse', 2],
      ['render', 1],
    ]);
  });

  test('of which no backtrace came is counted with the only one like it, and tells nothing worse', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    crashIn(life, main, 'parse', 300);
    life.wait(9_000);
    crash(life, main);
    life.wait(20_000);
    const [wound, ...more] = new Ward(life).wounds;
    assert.deepEqual(more, []);
    assert.equal(wound?.wound?.count, 2);
    assert.match(wound.verdict.headline, /, in parse\(\); the container runs on\.$/);
  });

  test('has the same name when another agent goes on counting', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    crash(life, main);
    life.wait(10_000);
    const before = new Ward(life).wounds;
    crash(life, main);
    life.wait(10_000);
    life.records.splice(
      0,
      life.records.findIndex(({ at }) => at > life.now - 10_500_000),
    );
    const [after] = new Ward(life, before).wounds;
    assert.equal(after?.id, before[0]?.id);
    assert.deepEqual([before[0]?.wound?.count, after?.wound?.count], [1, 2]);
  });

  test('is none when the main process follows: that is one death, told once', () => {
    const life = new Life();
    const main = life.main(['sh', '-c', 'worker']);
    crash(life, main);
    life.exit(main, 139);
    life.wait(10_000);
    const ward = new Ward(life);
    assert.deepEqual(ward.wounds, []);
    assert.equal(ward.deaths[0]?.verdict.cause, 'crash.segfault');
    assert.equal(ward.deaths[0].wounds, undefined);
  });

  test('and the death that it led to tell of one another', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    crash(life, main);
    life.wait(10_000);
    crash(life, main);
    life.wait(300).exit(main, 139);
    life.wait(2_000);
    const { deaths, wounds } = new Ward(life);
    assert.deepEqual(
      wounds.map(({ wound }) => wound?.end),
      [{ deathId: deaths[0]?.id, at: deaths[0]?.at, led: true }],
    );
    assert.deepEqual(
      deaths[0]?.wounds?.map(({ id, count, led }) => [id, count, led]),
      [[wounds[0]?.id, 2, true]],
    );
    assert.match(wounds[0]?.verdict.headline ?? '', /; the container then ended because of it\.$/);
  });

  test('did not lead to a stop that comes later', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    const child = life.child(main, ['worker']);
    life.oom(child, levels(life.id, 'container'));
    life.killed(child, Signal.KILL);
    life.wait(30_000).signal(Signal.TERM, main, runc(Signal.TERM));
    life.killed(main, Signal.TERM);
    life.wait(2_000);
    const { deaths, wounds } = new Ward(life);
    assert.equal(deaths[0]?.verdict.cause, 'stop.graceful');
    assert.deepEqual(
      deaths[0].wounds?.map(({ cause, led }) => [cause, led]),
      [['oom.container', false]],
    );
    assert.match(wounds[0]?.verdict.headline ?? '', /; the container ran on for 30 s\.$/);
  });

  test('from the host names who did it', () => {
    const life = new Life();
    const main = life.main(['supervisor']);
    const child = life.child(main, ['worker']);
    life.wait(100).signal(Signal.TERM, child, personOnHost());
    life.killed(child, Signal.TERM);
    life.wait(10_000);
    assert.equal(new Ward(life).wounds[0]?.verdict.cause, 'kill.host');
  });
});

describe('no wound', () => {
  const ends: readonly (readonly [string, (life: Life, main: ProcessRef, child: ProcessRef) => void])[] = [
    [
      'a worker that its supervisor stops',
      (life, main, child) => {
        life.signal(Signal.TERM, child, { process: main, ancestry: [] });
        life.killed(child, Signal.TERM);
      },
    ],
    [
      'a worker that its supervisor kills',
      (life, main, child) => {
        life.signal(Signal.KILL, child, { process: main, ancestry: [] });
        life.killed(child, Signal.KILL);
      },
    ],
    [
      'the writer of a pipe that nobody reads',
      (life, _main, child) => {
        life.signal(Signal.PIPE, child, { process: child, ancestry: [] }, { code: Code.USER });
        life.killed(child, Signal.PIPE);
      },
    ],
    [
      'a child that exits with an error, 139 included',
      (life, _main, child) => {
        life.exit(child, 139);
      },
    ],
    [
      'a health check that the runtime ends',
      (life, _main, child) => {
        life.signal(Signal.KILL, child, runc(Signal.KILL));
        life.killed(child, Signal.KILL);
      },
    ],
    [
      'a SIGKILL whose sender nobody saw',
      (life, _main, child) => {
        life.killed(child, Signal.KILL);
      },
    ],
    [
      'what a daemon of the host ignores',
      (life, _main, child) => {
        life.signal(Signal.TERM, child, hostDaemon(['/usr/sbin/manager']), { result: 'ignored' });
        life.exit(child, 0);
      },
    ],
  ];
  for (const [name, end] of ends) {
    test(name, () => {
      const life = new Life();
      const main = life.main(['supervisor']);
      const child = life.child(main, ['worker']);
      life.wait(100);
      end(life, main, child);
      life.wait(10_000);
      assert.deepEqual(
        new Ward(life).wounds.map(({ verdict }) => verdict.headline),
        [],
      );
    });
  }
});
