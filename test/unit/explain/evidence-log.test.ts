import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Signal } from '../../../agent/domain/signals.ts';
import { EvidenceLog } from '../../../agent/explain/evidence-log.ts';
import { Life } from '../../support/life.ts';
import { judge } from '../../support/judge.ts';
import { hostDaemon, runc } from '../../support/senders.ts';

describe('the log of a case', () => {
  test('tells in order of time whatever the order of arrival', () => {
    const life = new Life();
    const main = life.main(['nginx']);
    life.wait(100).exit(main, 0);
    const log = new EvidenceLog();
    for (const record of life.records.toReversed()) log.add(record);
    assert.deepEqual(log.sorted(), life.records);
  });

  test('keeps every piece once, and knows two alike of different senders apart', () => {
    const life = new Life();
    const main = life.main(['nginx'], { nsPid: 812 });
    const log = new EvidenceLog();
    life.signal(Signal.TERM, main, runc(Signal.TERM));
    const [sent] = life.records.slice(-1);
    assert.ok(sent !== undefined);
    life.now = sent.at;
    life.signal(Signal.TERM, main, hostDaemon(['/usr/sbin/watchdog']));
    for (const record of [...life.records, ...life.records]) log.add(record);
    assert.equal(log.sorted().length, life.records.length);
    assert.equal(log.add(structuredClone(sent)), false);
  });

  test('a profiler’s timer does not push out the request to stop', () => {
    const life = new Life();
    const main = life.main(['/app/profiled']);
    life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
    for (let tick = 0; tick < 1_000; tick += 1) {
      life.wait(10).signal(Signal.PROF, main, undefined, { info: 'priv', disposition: 'handler' });
    }
    life.signal(Signal.KILL, main, runc(Signal.KILL));
    life.killed(main, Signal.KILL);
    assert.equal(judge(life).verdict.cause, 'stop.forced');
  });

  test('a watchdog of the host does not push out the request to stop', () => {
    const life = new Life();
    const main = life.main(['/app/watched']);
    life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { result: 'ignored' });
    for (let tick = 0; tick < 1_000; tick += 1) {
      life.wait(10).signal(10, main, hostDaemon(['/usr/sbin/watchdog']), { disposition: 'handler' });
    }
    life.signal(Signal.KILL, main, runc(Signal.KILL));
    life.killed(main, Signal.KILL);
    assert.equal(judge(life).verdict.cause, 'stop.ignored');
  });

  test('health checks do not push out the runtime’s kill', () => {
    const life = new Life({ kernelWatched: false });
    life.docker('kill', { signal: Signal.TERM });
    for (let check = 0; check < 200; check += 1) {
      life.wait(40).docker('exec_start');
      life.docker('exec_die', { exitCode: 0 });
    }
    life.dockerSawEnd(0);
    assert.equal(judge(life).verdict.cause, 'stop.graceful');
  });

  test('is bounded, and counts what it let go', () => {
    const life = new Life();
    const main = life.main(['/bin/sh']);
    const log = new EvidenceLog();
    for (let index = 0; index < 5_000; index += 1) {
      const before = life.records.length;
      life.handled(10, main);
      life.signal(10, main, hostDaemon(['/usr/sbin/watchdog']));
      for (const record of life.records.slice(before)) log.add(record);
    }
    assert.ok(log.sorted().length < 100);
    assert.ok(log.leftOut > 9_000);
    assert.equal(log.has('signal_received'), true);
    assert.equal(log.has('oom_kill'), false);
  });
});
