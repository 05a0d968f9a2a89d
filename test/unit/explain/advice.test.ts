import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MIB } from '../../../agent/domain/bytes.ts';
import type { ContainerIdentity } from '../../../agent/domain/container.ts';
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
  test('on a limit that is too low names a number to change it to, with the reason for it', () => {
    const soon = adviceOf(judge(outOfMemory([])).verdict);
    assert.match(
      soon,
      /256 MiB only 2.1 ms after its start: too soon for a leak.*Try 512 MiB.*docker run --memory 512m/,
    );
    const life = new Life();
    const main = life.main(['/api']);
    life.wait(300_000).oom(main, levels(life.id, 'container'));
    life.killed(main, Signal.KILL);
    assert.match(
      adviceOf(judge(life).verdict),
      /more than 256 MiB.*384 MiB is half as much again[\s\S]*GOMEMLIMIT=230MiB/,
    );
  });

  test('on memory that grows up to the end says how fast, and how little a higher limit helps', () => {
    const grows = adviceOf(judge(outOfMemory([100, 128, 154, 180, 206, 232])).verdict);
    assert.match(
      grows,
      /grew by about 2\d(?:\.\d)? MiB a second up to the end.*only delays.*512 MiB, twice as much, lasts \d+(?:\.\d)? s longer/,
    );
    for (const calm of [
      [250, 250, 251, 250, 250, 251, 250, 250],
      [100, 250],
      [250, 250, 251, 250],
    ]) {
      const advice = adviceOf(judge(outOfMemory(calm)).verdict);
      assert.ok(!advice.includes('grew'), advice);
    }
  });

  test('on a sudden leap says how large it was, and leaves room for another', () => {
    const leapt = adviceOf(judge(outOfMemory([60, 60, 61, 60, 60, 60, 61, 60, 60])).verdict);
    assert.match(
      leapt,
      /needed at least 195 MiB at once, on top of the 61 MiB.*464 MiB leaves room for the same once more/,
    );
  });

  test('on memory that lived at its limit asks for a little more', () => {
    const full = adviceOf(judge(outOfMemory(Array.from({ length: 12 }, () => 250))).verdict);
    assert.match(full, /lived just below its limit.*320 MiB is a quarter more/);
  });

  test('on peaks goes by the usual height', () => {
    const saw = adviceOf(judge(outOfMemory([120, 200, 120, 210, 110, 190, 120, 220, 130, 200, 120, 205])).verdict);
    assert.match(saw, /usually needs about \d+ MiB and has peaks/);
  });

  test('on a full tmpfs speaks of files, not of heaps', () => {
    const life = outOfMemory([100, 150]);
    life.vitals = life.vitals.map((sample) => ({
      ...sample,
      anonBytes: 6 * MIB,
      fileBytes: 140 * MIB,
      shmemBytes: 139 * MIB,
    }));
    const advice = adviceOf(judge(life).verdict);
    assert.match(advice, /139 MiB were files in \/dev\/shm or a tmpfs.*128 MiB.*--shm-size 128m --tmpfs/);
    assert.ok(!advice.includes('NODE_OPTIONS'), advice);
  });

  test('on a full /dev/shm goes by the victim where the kernel printed no more, never by a sample from before', () => {
    const life = new Life();
    const main = life.main(['postgres']);
    const empty = { memoryBytes: 0, anonBytes: 0, fileBytes: 0, shmemBytes: 0, kernelBytes: 0 };
    life.vitals = [{ at: life.now, ...empty }];
    life.wait(500).oom(main, levels(life.id, 'container'));
    life.killed(main, Signal.KILL);
    assert.doesNotMatch(adviceOf(judge(life).verdict), /tmpfs/);
    life.kernelLog(main, 'memcg', `/docker/${life.id}`, { anonRssBytes: 6 * MIB, shmemRssBytes: 240 * MIB });
    assert.match(adviceOf(judge(life).verdict), /240 MiB were files in \/dev\/shm/);
  });

  test('on a container of Compose or Kubernetes is in its words', () => {
    const said = (identity: Partial<ContainerIdentity>): string => {
      const life = new Life({ identity });
      const main = life.main(['java', '-jar', 'app.jar']);
      life.wait(100).oom(main, levels(life.id, 'container'));
      life.killed(main, Signal.KILL);
      return adviceOf(judge(life).verdict);
    };
    assert.match(
      said({ labels: { 'com.docker.compose.service': 'web' } }),
      /mem_limit: 512m[\s\S]*JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75/,
    );
    assert.match(said({ runtime: 'containerd', labels: { 'io.kubernetes.pod.name': 'web-0' } }), /memory: 512Mi/);
    assert.match(said({ runtime: 'podman' }), /podman run --memory 512m/);
  });

  test('names the biggest process where the kernel chose another one, and those who share a limit', () => {
    const life = new Life();
    const main = life.main(['/sbin/init']);
    const big = life.child(main, ['postgres', '-D', '/data']);
    const small = life.child(main, ['logger']);
    life.wait(70_000).oom(small, levels(life.id, 'container'));
    life.kernelLog(small, 'memcg', `/docker/${life.id}`, {
      processes: [
        { pid: big.pid, name: 'postgres', rssBytes: 190 * MIB },
        { pid: small.pid, name: 'logger', rssBytes: 4 * MIB },
      ],
    });
    life.killed(small, Signal.KILL);
    life.exit(main, 137);
    const { verdict } = judge(life);
    assert.match(verdict.notes.join('\n'), /was not the biggest: postgres -D \/data used 190 MiB/);
    assert.match(adviceOf(verdict), /shared_buffers/);
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
    // Of one architecture alone, and the newest of both.
    assert.deepEqual(
      [335, 336].map((number) => syscallName(number, 0xc000003e)),
      ['uretprobe', 'uprobe'],
    );
    assert.deepEqual(
      [335, 336].map((number) => syscallName(number, 0xc00000b7)),
      ['number 335', 'number 336'],
    );
    for (const arch of [0xc000003e, 0xc00000b7]) {
      assert.deepEqual(
        [470, 471].map((number) => syscallName(number, arch)),
        ['listns', 'rseq_slice_yield'],
      );
      assert.deepEqual(
        [424, 435, 462].map((number) => syscallName(number, arch)),
        ['pidfd_send_signal', 'clone3', 'mseal'],
      );
    }
    assert.equal(syscallName(9_999, 0xc000003e), 'number 9999');
    assert.equal(syscallName(165, undefined), 'number 165');
    assert.equal(syscallName(undefined, undefined), 'of unknown number');
  });
});
