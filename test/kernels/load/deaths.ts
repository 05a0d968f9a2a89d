import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FLAG, KIND, LAYOUT } from '../../../agent/native/layout.ts';
import { FakeContainer, cgroupRoot, ended, shell } from '../../native/support.ts';
import { Listener } from '../../native/support.ts';
import type { RawRecord } from '../../native/support.ts';
import type { RecordedDeath } from '../result.ts';
import { askRuntime } from './sockets.ts';

const MIB = 1 << 20;
const LIMIT_BYTES = 16 * MIB;
const PAGE_BYTES = 4_096;
const CROWD = 300;
const SIGKILL = 9;
const SIGSEGV = 11;
const STATUS_OF_137 = 0x8900;
const STATUS_OF_3 = 0x300;
const STATUS_OF_4 = 0x400;

type Death = readonly [title: string, play: (container: FakeContainer, listener: Listener) => Promise<void>];

/** One of each kind of record, made by real processes in a cgroup with a container's name. */
const DEATHS: readonly Death[] = [
  [
    'exit(137) without a signal',
    async (container, listener) => {
      const child = container.run(['/bin/sh', '-c', 'exit 137']);
      assert.equal(await ended(child), '137');
      const exit = await exitOf(container, listener);
      assert.equal(exit.u32('process_exit.status'), STATUS_OF_137);
      assert.equal(exit.u32('process_exit.process/process.pid'), child.pid);
      assert.ok(exit.flags & FLAG.main);
    },
  ],
  [
    'kill -9 from the host, with who sent it',
    async (container, listener) => {
      const child = container.run(['/bin/sleep', '600']);
      await listener.wait(KIND.processExec, (record) => record.argv()[0] === '/bin/sleep');
      shell(`kill -9 ${String(child.pid)}`);
      const signal = await listener.wait(KIND.signalSent, isOf(container));
      assert.equal(signal.u32('signal_sent.target/process.pid'), child.pid);
      assert.equal(signal.u64('signal_sent.sender/process.container'), 0n);
      assert.equal(signal.u32('signal_sent.has_sender'), 1);
      assert.equal(signal.s32('signal_sent.result'), 0);
      assert.equal(signal.u32('signal_sent.ancestors/ancestor.pid'), process.pid);
      assert.equal((await exitOf(container, listener)).u32('process_exit.status'), SIGKILL);
    },
  ],
  [
    'out of memory by its own limit, with the level that was full',
    async (container, listener) => {
      container.limitMemory(LIMIT_BYTES);
      const child = container.run(['/bin/die', 'eat']);
      assert.equal(await ended(child), 'SIGKILL');
      const oom = await listener.wait(KIND.oomKill, isOf(container));
      assert.equal(oom.u32('oom_kill.victim/process.pid'), child.pid);
      assert.deepEqual(levelOf(oom, 0), { limitBytes: LIMIT_BYTES, moved: 1n, group: 0n });
      assert.equal(levelOf(oom, 1).moved, 0n);
    },
  ],
  [
    'out of memory by the limit of a group below, whose memory is counted only since after it was made',
    async (container, listener) => {
      // As crun makes it: the container's processes are in a group below its own.
      const below = new FakeContainer(`${container.path}/container`);
      try {
        writeFileSync(`${container.directory}/cgroup.subtree_control`, '+memory');
        below.limitMemory(LIMIT_BYTES);
        assert.equal(await ended(below.run(['/bin/die', 'eat'])), 'SIGKILL');
        const oom = await listener.wait(KIND.oomKill, isOf(container));
        assert.deepEqual(levelOf(oom, 0), { limitBytes: LIMIT_BYTES, moved: 1n, group: 0n });
      } finally {
        await below.remove();
      }
    },
  ],
  [
    'memory.oom.group',
    async (container, listener) => {
      container.limitMemory(LIMIT_BYTES);
      writeFileSync(`${container.directory}/memory.oom.group`, '1');
      const child = container.run(['/bin/sh', '-c', '/bin/die eat; exit 3']);
      assert.equal(await ended(child), 'SIGKILL');
      const ooms = await listener.wait(
        KIND.oomKill,
        (record) => isOf(container)(record) && pidOf(record) === child.pid,
      );
      assert.ok(ooms.flags & FLAG.main);
      assert.equal(levelOf(ooms, 0).group, 1n);
      assert.ok(listener.find(KIND.oomKill, (record) => isOf(container)(record) && pidOf(record) !== child.pid));
    },
  ],
  [
    'cgroup.kill, where the kernel has it',
    async (container, listener) => {
      const child = container.run(['/bin/sleep', '600']);
      await sleep(SETTLE_MS);
      try {
        writeFileSync(`${container.directory}/cgroup.kill`, '1', { flag: 'r+' });
      } catch (error) {
        // Since 5.14.
        assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOENT');
        return;
      }
      assert.equal(await ended(child), 'SIGKILL');
      const signal = await listener.wait(KIND.signalSent, isOf(container));
      assert.equal(signal.u32('signal_sent.info_kind'), 0);
      assert.equal(signal.u32('signal_sent.group'), 0);
    },
  ],
  [
    'a crowd that comes and goes on one processor: the kernel skips nobody',
    async (container, listener) => {
      const before = seen(listener);
      const crowd = `i=0; while [ $i -lt ${String(CROWD)} ]; do /bin/sleep 0 & i=$((i+1)); done; wait; exit 5`;
      assert.equal(await ended(container.run(['/bin/sh', '-c', crowd])), '5');
      const after = seen(listener);
      assert.ok(after.execs - before.execs > CROWD, 'an exec is missing');
      assert.ok(after.exits - before.exits > CROWD, 'an exit is missing');
      assert.equal(after.skipped, 0);
    },
  ],
  [
    'a container in a container is one of its own, by the word of whoever may do anything to the machine',
    async (container, listener) => {
      const inner = new FakeContainer(`${container.path}/${randomId()}`);
      try {
        assert.equal(await ended(inner.run(['/bin/sh', '-c', 'exit 3'])), '3');
        assert.equal((await exitOf(inner, listener)).u32('process_exit.status'), STATUS_OF_3);
        const group = `${container.directory}/system.slice`;
        shell(`mkdir ${group}`);
        try {
          // What has no container's name is the outer's.
          const child = container.run(['/bin/sh', '-c', `echo $$ >${group}/cgroup.procs; exec /bin/sh -c 'exit 4'`]);
          assert.equal(await ended(child), '4');
          assert.equal((await exitOf(container, listener)).u32('process_exit.status'), STATUS_OF_4);
        } finally {
          shell(`rmdir ${group}`);
        }
      } finally {
        await inner.remove();
      }
    },
  ],
  [
    'a request to a runtime’s socket, with who wrote it',
    async (_container, listener) => {
      await askRuntime(listener, 'web');
    },
  ],
  [
    'a null dereference, with registers, stack and mappings',
    async (container, listener) => {
      assert.equal(await ended(container.run(['/bin/die', 'null'])), 'SIGSEGV');
      const fault = await listener.wait(KIND.processFault, isOf(container));
      assert.equal(fault.u32('process_fault.signal'), SIGSEGV);
      assert.ok(fault.u32('process_fault.n_mappings') > 0, 'no mappings');
      assert.ok(fault.u32('process_fault.stack_length') > 0, 'no stack');
      assert.ok(fault.u32('process_fault.n_frames') > 0, 'no frames');
      assert.ok((await exitOf(container, listener)).u32('process_exit.status') & SIGSEGV);
    },
  ],
];

const SETTLE_MS = 500;

/** Plays them one after another. Every record that was seen must have come or be counted. */
export async function playDeaths(listener: Listener): Promise<readonly RecordedDeath[]> {
  writeFileSync(`${cgroupRoot}/cgroup.subtree_control`, '+memory');
  const told: RecordedDeath[] = [];
  for (const [title, play] of DEATHS) {
    const container = new FakeContainer(`/${randomId()}`);
    try {
      await play(container, listener);
      told.push({ title });
    } catch (error) {
      told.push({ title, failure: error instanceof Error ? error.message : String(error) });
    } finally {
      await container.remove();
    }
  }
  return told;
}

/** The agent ends and another one takes over what it left in the kernel: all of it goes on. */
export async function takeOver(before: Listener): Promise<RecordedDeath> {
  const title = 'the next agent takes over, and nothing is less than before';
  const attached = (listener: Listener): readonly string[] =>
    listener.session.programs().flatMap(({ name, attached: is }) => (is ? [name] : []));
  const names = attached(before);
  before.session.stop();
  const next = new Listener({ pinDir: before.pinDir });
  try {
    assert.equal(next.session.origin, 'adopted');
    assert.deepEqual(attached(next), names);
    await askRuntime(next, 'api');
    return { title };
  } catch (error) {
    return { title, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    next.session.detach();
  }
}

function randomId(): string {
  return shell('cat /proc/sys/kernel/random/uuid /proc/sys/kernel/random/uuid').replaceAll(/[^0-9a-f]/g, '');
}

function isOf({ cgroupId }: FakeContainer): (record: RawRecord) => boolean {
  return (record) => record.container === cgroupId;
}

/** Execs and exits that came to the programs, and those that the kernel kept from them. */
function seen({ session }: Listener): { readonly execs: number; readonly exits: number; readonly skipped: number } {
  const { kinds } = session.counters();
  const of = (wanted: number): number => Number(kinds.find(({ kind }) => kind === wanted)?.seen ?? 0n);
  const misses = session
    .programs()
    .reduce((sum, { name, recursionMisses }) => sum + (name.includes('process_ex') ? Number(recursionMisses) : 0), 0);
  return { execs: of(KIND.processExec), exits: of(KIND.processExit), skipped: misses };
}

function exitOf(container: FakeContainer, listener: Listener): Promise<RawRecord> {
  return listener.wait(KIND.processExit, (record) => isOf(container)(record) && Boolean(record.flags & FLAG.main));
}

function pidOf(oom: RawRecord): number {
  return oom.u32('oom_kill.victim/process.pid');
}

interface Level {
  readonly limitBytes: number;
  readonly moved: bigint;
  readonly group: bigint;
}

function levelOf(oom: RawRecord, index: number): Level {
  const at = LAYOUT['oom_kill.levels'] + index * LAYOUT.oom_level;
  return {
    limitBytes: Number(oom.bytes.readBigUInt64LE(at + LAYOUT['oom_level.limit_pages'])) * PAGE_BYTES,
    moved: oom.bytes.readBigUInt64LE(at + LAYOUT['oom_level.oom_moved']),
    group: oom.bytes.readBigUInt64LE(at + LAYOUT['oom_level.oom_group']),
  };
}
