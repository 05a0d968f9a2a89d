import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MIB } from '../../../agent/domain/bytes.ts';
import type { Verdict } from '../../../agent/domain/death.ts';
import { Signal } from '../../../agent/domain/signals.ts';
import { US_PER_SECOND } from '../../../agent/domain/time.ts';
import { syscallName } from '../../../agent/explain/syscalls.ts';
import { Life, levels } from '../../support/life.ts';
import { judge } from '../../support/judge.ts';
import { hostDaemon, runc } from '../../support/senders.ts';

function adviceOf(verdict: Verdict): string {
  return verdict.advice.map(({ text, command }) => `${text} ${command ?? ''}`).join('\n');
}

/** A life that ends out of memory, with the memory it used each second before. */
function outOfMemory(usageMib: readonly number[]): Life {
  const life = new Life();
  const main = life.main(['node', 'server.js']);
  life.vitals = usageMib.map((mib, second) => ({ at: life.now + second * US_PER_SECOND, memoryBytes: mib * MIB }));
  life.wait(usageMib.length * 1_000).oom(main, levels(life.id, 'container'));
  life.killed(main, Signal.KILL);
  return life;
}

describe('advice', () => {
  test('on a limit that is too low names a number to change it to', () => {
    assert.match(adviceOf(judge(outOfMemory([])).verdict), /more than 256 MiB.*384 MiB.*docker run --memory 384m/);
  });

  test('on memory that grows up to the end says how fast', () => {
    const grows = adviceOf(judge(outOfMemory([100, 130, 160, 190, 220, 250])).verdict);
    assert.match(grows, /grew by about 30 MiB a second up to the end/);
    const steady = adviceOf(judge(outOfMemory([250, 250, 251, 250])).verdict);
    assert.ok(!steady.includes('grew'), steady);
    const unknown = adviceOf(judge(outOfMemory([100, 250])).verdict);
    assert.ok(!unknown.includes('grew'), unknown);
  });

  test('on a group’s limit says what to give a container that has none of its own', () => {
    const life = new Life();
    const main = life.main(['redis-server']);
    const [own, ...above] = levels(life.id, 'parent');
    assert.ok(own !== undefined);
    const { limitBytes: _none, ...unlimited } = own;
    life.wait(100).oom(main, [unlimited, ...above]);
    life.killed(main, Signal.KILL);
    const { verdict } = judge(life);
    assert.match(adviceOf(verdict), /640 MiB[\s\S]*docker update --memory 256m --memory-swap 256m/);
    assert.match(verdict.notes.join(' '), /used 90 MiB and has no limit of its own/);
  });

  test('on a shell as PID 1 says how to start the program itself', () => {
    const life = new Life();
    const main = life.main(['/bin/sh', '-c', 'npm start']);
    life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { result: 'ignored' });
    life.wait(10_000).signal(Signal.KILL, main, runc(Signal.KILL));
    life.killed(main, Signal.KILL);
    assert.match(adviceOf(judge(life).verdict), /PID 1 is a shell[\s\S]*ENTRYPOINT \[[\s\S]*docker run --init/);
  });

  test('on a shutdown that takes too long tells a handler that ran from none that did', () => {
    const slow = (handles: boolean): string => {
      const life = new Life();
      const main = life.main(['java', '-jar', 'app.jar']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      if (handles) life.handled(Signal.TERM, main);
      life.wait(10_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      return adviceOf(judge(life).verdict);
    };
    assert.match(slow(true), /The handler for SIGTERM ran, but the program went on/);
    assert.match(slow(false), /java received SIGTERM and went on/);
    assert.match(slow(true), /docker stop --time 30/);
  });

  test('never asks to raise memory when an out-of-memory daemon asked the program to end', () => {
    const life = new Life();
    const main = life.main(['java', '-jar', 'app.jar']);
    life.wait(100).signal(Signal.TERM, main, hostDaemon(['/usr/bin/earlyoom']), { disposition: 'handler' });
    life.wait(300).exit(main, 143);
    const { verdict } = judge(life);
    assert.deepEqual([verdict.cause, verdict.certainty], ['oom.userspace', 'likely']);
    assert.match(adviceOf(verdict), /machine was under memory pressure/);
  });
});

describe('system calls', () => {
  test('have the name of their architecture, and a number where none is known', () => {
    assert.equal(syscallName(165, 0xc000003e), 'mount');
    // siginfo's arch is a signed number in some readers.
    assert.equal(syscallName(165, 0xc000003e | 0), 'mount');
    assert.equal(syscallName(40, 0xc00000b7), 'mount');
    assert.equal(syscallName(9_999, 0xc000003e), 'number 9999');
    assert.equal(syscallName(165, undefined), 'number 165');
    assert.equal(syscallName(undefined, undefined), 'of unknown number');
  });
});
