import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signal } from '../../../agent/domain/signals.ts';
import { conclude } from '../../../agent/explain/conclude.ts';
import { EvidenceLog } from '../../../agent/explain/evidence-log.ts';
import { Life, levels } from '../../support/life.ts';
import { hostDaemon, personOnHost, runc } from '../../support/senders.ts';

const ROUNDS = 200;
const FLOOD = 400;

/** A container that did everything for months: every shelf of its log is full. */
function busyLife(): Life {
  const life = new Life();
  const main = life.main(['/bin/sh', '-c', 'supervise']);
  for (let round = 0; round < FLOOD; round += 1) {
    const child = life.wait(1_000).child(main, ['worker', String(round)]);
    life.signal(10, main, hostDaemon(['/usr/sbin/watchdog']), { disposition: 'handler' });
    life.signal(Signal.HUP, main, { process: child, ancestry: [] }, { disposition: 'handler' });
    life.signal(Signal.ALRM, main, undefined, { info: 'priv', disposition: 'handler' });
    life.handled(10, main);
    life.signal(Signal.TERM, child, { process: main, ancestry: [] });
    life.oom(child, levels(life.id, 'container'), main);
    life.kernelLog(child, 'memcg', `/docker/${life.id}`);
    life.killed(child, Signal.KILL);
    life.docker('exec_start');
    life.docker('health_status', { health: 'healthy' });
  }
  life.log(...Array.from({ length: 200 }, (_, line) => `error ${String(line)}: ${'x'.repeat(300)}`));
  life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
  life.wait(10_000).signal(Signal.KILL, main, runc(Signal.KILL));
  life.signal(Signal.KILL, main, personOnHost(), { result: 'already_pending' });
  life.killed(main, Signal.KILL);
  return life;
}

/** Figures go to the log; a busy machine must not fail the build. */
test('a full case is concluded, the same way every time and without touching it', (context) => {
  const life = busyLife();
  const log = new EvidenceLog();
  for (const record of life.records) log.add(record);
  const input = {
    container: life.identity,
    evidence: Object.freeze(log.sorted()),
    vitals: life.vitals,
    origin: 'witnessed',
    seenFromStart: true,
    kernelWatched: true,
    openedAt: life.records[0]?.at ?? 0,
  } as const;
  const before = structuredClone(input);
  const first = conclude(input).verdict;
  const startedAt = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) assert.equal(conclude(input).verdict.headline, first.headline);
  const each = (performance.now() - startedAt) / ROUNDS;
  context.diagnostic(`${each.toFixed(3)} ms for ${String(input.evidence.length)} pieces of evidence`);
  assert.equal(first.cause, 'stop.forced');
  assert.deepEqual(input, before);
});
