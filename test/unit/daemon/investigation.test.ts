import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { Investigation } from '../../../agent/daemon/investigation.ts';
import { Log } from '../../../agent/daemon/log.ts';
import type { RuntimeCollector } from '../../../agent/domain/collector.ts';
import type { BacktraceFrame, Evidence } from '../../../agent/domain/evidence.ts';
import { isKind } from '../../../agent/domain/evidence.ts';
import { Signal } from '../../../agent/domain/signals.ts';
import { US_PER_SECOND } from '../../../agent/domain/time.ts';
import { levels, Life } from '../../support/life.ts';
import { waitFor } from '../../support/process-tree.ts';
import { temporaryStore } from '../store/support.ts';

const STARTED_AT = 1_795_000_000_000_000;
const SEGV_MAPERR = 1;
const FRAMES: readonly BacktraceFrame[] = [
  { address: '0x401706', module: 'die', offset: '0x1706', function: 'null_dereference' },
];
const SETTLED_MS = 20_000;

/** A runtime that announces ends by itself and has no log. */
const QUIET: RuntimeCollector = {
  name: 'docker',
  runtimes: ['docker'],
  announcesEnds: true,
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  inspect: () => Promise.resolve(undefined),
  running: () => Promise.resolve([]),
  dead: () => Promise.resolve([]),
  logTail: () => Promise.resolve(undefined),
};

/** One run of a container that crashes; with `restarted`, the runtime has nothing to say of its end any more. */
function crashingRun(run: number, restarted: boolean): { readonly end: Evidence[]; readonly late: Evidence[] } {
  const life = new Life({ run: String(run), bornAt: STARTED_AT + run * 2 * US_PER_SECOND });
  const main = life.main(['die', 'null']);
  life.wait(20).fault(Signal.SEGV, main, SEGV_MAPERR, { faultAddress: '0x0' });
  life.killed(main, Signal.SEGV);
  const end = [...life.records];
  life.trace(main, FRAMES);
  life.removed();
  life.docker('die', { exitCode: 139 });
  if (!restarted) life.state(139);
  return { end, late: life.records.slice(end.length) };
}

/** Its store, the order in which deaths were settled, and the investigation that fills both. */
function investigate(t: TestContext, runtime: RuntimeCollector) {
  const store = temporaryStore(t);
  const settled: string[] = [];
  const investigation = new Investigation({
    machine: { machineId: 'm', bootId: 'b', host: 'node-1' },
    log: new Log('error', (line) => process.stderr.write(line), false),
    now: () => STARTED_AT,
    record: (deaths) => {
      for (const death of deaths) {
        store.record(death);
        if (death.settled) settled.push(death.container.id);
      }
    },
    recordGap: () => undefined,
    vitals: undefined,
    runtimes: { ready: Promise.resolve(), of: () => [runtime] },
    backtrace: () => Promise.reject(new Error('no fault is captured here')),
    kernelWatched: true,
  });
  return { store, settled, investigation };
}

describe('investigation', () => {
  test('counts the runs of a crash loop in their order, though one is settled later than the next', async (t) => {
    const { store, settled, investigation } = investigate(t, QUIET);
    investigation.container(new Life({}).identity);
    // Docker restarts a container for the first time at once: what it kept of that end is gone by the time it is asked.
    for (const { end, late } of [crashingRun(1, true), crashingRun(2, false), crashingRun(3, false)]) {
      investigation.evidence(end);
      investigation.evidence(late);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    assert.ok(await waitFor(() => settled.length === 3, SETTLED_MS), 'the three deaths are settled');
    await investigation.close();
    const { deaths } = await store.reader.list({});
    assert.deepEqual(
      deaths.toSorted((a, b) => a.at - b.at).map(({ repetition }) => repetition?.count),
      [1, 2, 3],
    );
    const newest = await store.reader.get(deaths[0]?.id ?? '');
    assert.ok(newest?.evidence.some((evidence) => isKind(evidence, 'process_fault')));
  });

  test('settles the ends of one name in their order, though the name is learnt after the second end', async (t) => {
    const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
    let readFirst = (): void => undefined;
    const firstLog = new Promise<undefined>((resolve) => {
      readFirst = () => {
        resolve(undefined);
      };
    });
    const slow = { ...QUIET, logTail: (id: string) => (id === first ? firstLog : Promise.resolve(undefined)) };
    const { settled, investigation } = investigate(t, slow);
    const [before, after] = [first, second].map((id, run) => {
      const life = new Life({ id, run: String(run), bornAt: STARTED_AT + run * US_PER_SECOND });
      const main = life.main(['die', 'eat']);
      life.killed(main, Signal.KILL);
      life.removed();
      life.docker('die', { exitCode: 137 });
      life.state(137);
      return life;
    });
    assert.ok(before !== undefined && after !== undefined);
    investigation.container(before.identity);
    investigation.evidence(before.records);
    investigation.evidence(after.records);
    investigation.container(after.identity);
    // Longer than the runtime's word is waited for.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    assert.deepEqual(settled, [], 'the second does not overtake the first');
    readFirst();
    assert.ok(await waitFor(() => settled.length === 2, SETTLED_MS), 'both are settled');
    await investigation.close();
    assert.deepEqual(settled, [first, second]);
  });

  test('waits for the kernel’s log before a death by the memory limit is settled', async (t) => {
    const { store, settled, investigation } = investigate(t, QUIET);
    investigation.status({ name: 'kmsg', state: 'running', since: STARTED_AT });
    const life = new Life({ bornAt: STARTED_AT });
    const main = life.main(['die', 'eat']);
    // What the log said of a worker before is not its word on this.
    const worker = life.child(main, ['die', 'eat']);
    life.oom(worker, levels(life.id, 'container'));
    life.killed(worker, Signal.KILL);
    life.kernelLog(worker, 'memcg', `/docker/${life.id}`);
    life.wait(200).oom(main, levels(life.id, 'container'));
    life.killed(main, Signal.KILL);
    life.removed();
    life.docker('die', { exitCode: 137 });
    life.state(137, { oomKilled: true });
    const known = life.records.length;
    life.kernelLog(main, 'memcg', `/docker/${life.id}`);
    investigation.container(life.identity);
    investigation.evidence(life.records.slice(0, known));
    // It is looked at once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(settled, [], 'its last word is not given without the log');
    investigation.evidence(life.records.slice(known));
    assert.ok(await waitFor(() => settled.length === 1, SETTLED_MS), 'the death is settled');
    await investigation.close();
    const { deaths } = await store.reader.list({});
    const death = await store.reader.get(deaths[0]?.id ?? '');
    const logged = death?.evidence.filter((evidence) => isKind(evidence, 'kernel_log_oom')) ?? [];
    assert.ok(logged.some(({ data }) => data.victimPid === main.pid));
  });

  test('tells of a death without a name for as long as its name is not in the store', async (t) => {
    const life = new Life({ bornAt: STARTED_AT });
    const main = life.main(['die', 'eat']);
    life.wait(200).oom(main, levels(life.id, 'container'));
    life.killed(main, Signal.KILL);
    life.removed();
    const known = life.records.length;
    life.docker('die', { exitCode: 137 });
    life.state(137, { oomKilled: true });
    const state = life.records.slice(known).find((evidence) => isKind(evidence, 'runtime_state'));
    assert.ok(state !== undefined && isKind(state, 'runtime_state'));
    const inspect = () => Promise.resolve({ identity: life.identity, state });
    const { store, settled, investigation } = investigate(t, { ...QUIET, announcesEnds: false, inspect });
    investigation.status({ name: 'kmsg', state: 'running', since: STARTED_AT });
    investigation.evidence(life.records.slice(0, known));
    assert.ok(await waitFor(() => investigation.book.identity(life.id).name === 'web', SETTLED_MS), 'it has its name');
    assert.equal(
      investigation.hasNamelessDeaths,
      true,
      'the kernel’s log is waited for, and the store has no name yet',
    );
    assert.ok(await waitFor(() => settled.length === 1, SETTLED_MS), 'the death is settled');
    await investigation.close();
    assert.equal(investigation.hasNamelessDeaths, false);
    assert.equal((await store.reader.find('web')).kind, 'found');
  });
});
