/** Who sent what to whom, and what came of it. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DISPOSITION, FLAG, INFO_KIND, KIND, LAYOUT, PROCESS_FLAG } from '../../agent/native/layout.ts';
import type { RawRecord } from './support.ts';
import { FakeContainer, Listener, ended, skip } from './support.ts';

const SIGNAL = { abort: 6, kill: 9, user1: 10, segv: 11, alarm: 14, term: 15, sys: 31, setUser: 33 } as const;

/** Each change of the user is made by every thread, to which glibc sends a signal. */
const CHANGES_USER = `
#include <pthread.h>
#include <unistd.h>
static void *stay(void *nothing) { pause(); return nothing; }
int main(void)
{
	pthread_t thread;
	for (int i = 0; i < 32; i++)
		pthread_create(&thread, 0, stay, 0);
	for (int i = 0; i < 8; i++)
		if (setuid(getuid()))
			_exit(1);
	_exit(7);
}
`;

describe('a signal', { skip }, () => {
  let listener: Listener;
  const containers: FakeContainer[] = [];
  const make = (): FakeContainer => {
    const container = new FakeContainer();
    containers.push(container);
    return container;
  };
  const sent = (container: FakeContainer, signal: number): Promise<RawRecord> =>
    listener.wait(KIND.signalSent, (r) => r.container === container.cgroupId && r.u32('signal_sent.signal') === signal);
  const started = async (container: FakeContainer, program: string): Promise<void> => {
    await listener.wait(KIND.processExec, (r) => r.container === container.cgroupId && r.argv()[0] === program);
  };

  before(() => {
    listener = new Listener();
  });
  after(async () => {
    for (const container of containers) await container.remove();
    listener.session.detach();
  });

  test('kill -9 from the host names its sender, argv and ancestry, not its environment', async () => {
    const container = make();
    const target = container.run(['/bin/sleep', '60']);
    await started(container, '/bin/sleep');
    const killer = spawn('/bin/sh', ['-c', `kill -9 ${String(target.pid)}; true`, 'the-killer'], {
      env: { SECRET_VARIABLE: 'not-for-anybody' },
    });
    await ended(killer);
    const record = await sent(container, SIGNAL.kill);
    assert.equal(record.u32('signal_sent.target/process.pid'), target.pid);
    assert.ok(record.flags & FLAG.main && record.flags & FLAG.deathsRing);
    assert.equal(record.u32('signal_sent.has_sender'), 1);
    assert.equal(record.u32('signal_sent.sender/process.pid'), killer.pid);
    assert.equal(record.u64('signal_sent.sender/process.container'), 0n);
    assert.equal(record.argv()[3], 'the-killer');
    assert.equal(record.u32('signal_sent.info_kind'), INFO_KIND.struct);
    assert.equal(record.s32('signal_sent.si_code'), 0);
    assert.equal(record.s32('signal_sent.result'), 0);
    assert.equal(record.u32('signal_sent.group'), 1);
    assert.equal(record.s32('signal_sent.si_pid'), killer.pid);
    assert.ok(record.u32('signal_sent.n_ancestors') >= 1);
    assert.equal(record.u32('signal_sent.ancestors/ancestor.pid'), process.pid);
    assert.ok(record.text('signal_sent.ancestors/ancestor.exe', 32).startsWith('node'));
    assert.ok(!record.bytes.includes('not-for-anybody') && !record.bytes.includes('SECRET_VARIABLE'));

    const exit = await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
    assert.equal(exit.u32('process_exit.status'), SIGNAL.kill);
    assert.ok(exit.flags & FLAG.main);
  });

  test('what the C library sends from thread to thread is no news, and costs the container nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inq-threads-'));
    try {
      const program = join(folder, 'threads');
      execFileSync('cc', ['-xc', '-', '-pthread', '-o', program], { input: CHANGES_USER });
      const container = make();
      const child = container.run([program]);
      assert.equal(await ended(child), '7');
      await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId && Boolean(r.flags & FLAG.main));
      const of = (signal: 'signal_sent' | 'signal_received') => (r: RawRecord) =>
        r.container === container.cgroupId && r.u32(`${signal}.signal`) === SIGNAL.setUser;
      assert.equal(listener.find(KIND.signalSent, of('signal_sent')), undefined);
      assert.equal(listener.find(KIND.signalReceived, of('signal_received')), undefined);
      const other = container.run(['/bin/sleep', '60']);
      await started(container, '/bin/sleep');
      process.kill(other.pid, SIGNAL.setUser);
      assert.equal((await sent(container, SIGNAL.setUser)).u32('signal_sent.target/process.pid'), other.pid);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('to a namespace init without a handler is ignored, and says so', async () => {
    const container = make();
    container.run(['/usr/bin/unshare', '--pid', '--fork', '/bin/sleep', '60']);
    await started(container, '/bin/sleep');
    const init = listener.find(
      KIND.processExec,
      (r) => r.container === container.cgroupId && r.argv()[0] === '/bin/sleep',
    );
    process.kill(init?.u32('process_exec.process/process.pid') ?? -1, 'SIGTERM');
    const record = await sent(container, SIGNAL.term);
    assert.equal(record.s32('signal_sent.result'), 1);
    assert.equal(record.u32('signal_sent.target_unkillable'), 1);
    assert.equal(record.u32('signal_sent.disposition'), DISPOSITION.default);
    assert.equal(record.u32('signal_sent.target/process.ns_pid'), 1);
    assert.ok(record.u32('signal_sent.target/process.flags') & PROCESS_FLAG.namespaceInit);
  });

  test('with a handler is seen to be received', async () => {
    const container = make();
    const child = container.run(['/bin/sh', '-c', 'trap "exit 7" USR1; while :; do sleep 0.05; done']);
    await started(container, 'sleep');
    child.kill('SIGUSR1');
    const record = await sent(container, SIGNAL.user1);
    assert.equal(record.u32('signal_sent.disposition'), DISPOSITION.handler);
    const received = await listener.wait(
      KIND.signalReceived,
      (r) => r.container === container.cgroupId && r.u32('signal_received.signal') === SIGNAL.user1,
    );
    assert.equal(received.u32('signal_received.process/process.pid'), child.pid);
    assert.equal(await ended(child), '7');
  });

  test('from inside is told from one from outside', async () => {
    const container = make();
    await ended(container.run(['/bin/sh', '-c', 'kill -9 $$']));
    const record = await sent(container, SIGNAL.kill);
    assert.ok(record.flags & FLAG.senderInside && record.flags & FLAG.main);
    assert.equal(record.u32('signal_sent.sender/process.pid'), record.u32('signal_sent.target/process.pid'));
  });

  test('of a fault has the address', async () => {
    const container = make();
    const script = 'import ctypes,sys; ctypes.string_at(0x1230)';
    await ended(container.run(['/usr/bin/python3', '-c', script]));
    const record = await sent(container, SIGNAL.segv);
    assert.equal(record.s32('signal_sent.si_code'), 1);
    assert.equal(record.u64('signal_sent.fault_address'), 0x1230n);
    assert.equal(record.s32('signal_sent.si_pid'), 0);
    const exit = await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
    assert.equal(exit.u32('process_exit.status') & 0x7f, SIGNAL.segv);
  });

  test('of a timer has no sender to believe', async () => {
    const container = make();
    // Busy, and before everybody else: the timer fires while this process runs. Where it fires in a thread of a
    // supervisor that the kernel hides from BPF programs, nobody is told of the signal.
    const script =
      'import os,signal\n' +
      'os.sched_setscheduler(0,os.SCHED_FIFO,os.sched_param(50))\n' +
      'signal.setitimer(signal.ITIMER_REAL,0.05)\n' +
      'while True: pass';
    await ended(container.run(['/usr/bin/python3', '-c', script]));
    const record = await sent(container, SIGNAL.alarm);
    assert.equal(record.u32('signal_sent.has_sender'), 0);
    assert.ok(record.flags & FLAG.senderUntrusted);
    assert.equal(record.u32('signal_sent.argv_len'), 0);
    assert.equal(record.u32('signal_sent.n_ancestors'), 0);
  });

  test('that is noise is not recorded', async () => {
    const container = make();
    const child = container.run(['/bin/sleep', '60']);
    await started(container, '/bin/sleep');
    const noise = ['SIGCHLD', 'SIGWINCH', 'SIGURG', 'SIGCONT'] as const;
    for (const signal of noise) child.kill(signal);
    child.kill('SIGTERM');
    await sent(container, SIGNAL.term);
    await listener.settle();
    const all = listener.records.filter((r) => r.kind === KIND.signalSent && r.container === container.cgroupId);
    assert.deepEqual(
      all.map((r) => r.u32('signal_sent.signal')),
      [SIGNAL.term],
    );
  });

  test('to a multi-threaded program ends it once, with its last thread', async () => {
    const container = make();
    const script =
      'import threading,time,os\n' +
      'for _ in range(8): threading.Thread(target=time.sleep,args=(9,),daemon=True).start()\n' +
      'os.write(1,b"x"); os._exit(6)';
    await ended(container.run(['/usr/bin/python3', '-c', script]));
    await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
    await sleep(50);
    await listener.settle();
    const exits = listener.records.filter((r) => r.kind === KIND.processExit && r.container === container.cgroupId);
    assert.deepEqual(
      exits.map((r) => r.u32('process_exit.status')),
      [6 << 8],
    );
  });

  test('records are whole: sizes, kinds and sequences', async () => {
    await listener.settle();
    const last = new Map<string, bigint>();
    for (const record of listener.records) {
      assert.equal(record.bytes.length % 8, 0);
      assert.equal(record.bytes.readUInt16LE(LAYOUT['header.version']), LAYOUT.version);
      const source = `${String(record.u32('header.cpu'))}/${String(record.kind)}`;
      const ring = `${source}/${String(record.flags & FLAG.deathsRing)}`;
      const sequence = record.u64('header.sequence');
      assert.ok(sequence > (last.get(ring) ?? 0n), ring);
      last.set(ring, sequence);
    }
  });
});
