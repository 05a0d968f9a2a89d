/** Real OOM kills in a real memory cgroup. */
import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import test, { after, before, describe } from 'node:test';
import { FLAG, KIND, LAYOUT, NONE } from '../../agent/native/layout.ts';
import type { RawRecord } from './support.ts';
import { FakeContainer, Listener, cgroupRoot, ended, memoryLimitFile, skip, uniqueName } from './support.ts';

const MIB = 1 << 20;
/** Grows until it is killed. */
const hog = ['/usr/bin/python3', '-c', 'b=[]\nwhile True: b.append(bytearray(1<<20))'];

interface Level {
  readonly name: string;
  readonly limit: bigint;
  readonly moved: bigint;
}

function levels(record: RawRecord): Level[] {
  return Array.from({ length: record.u32('oom_kill.n_levels') }, (_, i) => {
    const one = record.bytes.subarray(LAYOUT['oom_kill.levels'] + i * LAYOUT.oom_level);
    const name = one.subarray(LAYOUT['oom_level.name'], LAYOUT['oom_level.name'] + 64);
    return {
      name: name.subarray(0, name.includes(0) ? name.indexOf(0) : 64).toString(),
      limit: one.readBigUInt64LE(LAYOUT['oom_level.limit_pages']),
      moved: one.readBigUInt64LE(LAYOUT['oom_level.oom_moved']),
    };
  });
}

describe('an OOM kill', { skip }, () => {
  let listener: Listener;
  const containers: FakeContainer[] = [];

  before(() => {
    listener = new Listener();
  });
  after(async () => {
    for (const container of containers) await container.remove();
    listener.session.detach();
  });

  test('of the main process by its own limit', async () => {
    const container = new FakeContainer();
    containers.push(container);
    container.limitMemory(32 * MIB);
    const child = container.run(hog);
    assert.equal(await ended(child), 'SIGKILL');
    const record = await listener.wait(KIND.oomKill, (r) => r.container === container.cgroupId);
    assert.ok(record.flags & FLAG.main && record.flags & FLAG.deathsRing);
    assert.equal(record.u32('oom_kill.victim/process.pid'), child.pid);
    assert.equal(record.u32('oom_kill.trigger/process.pid'), child.pid);
    const [own, parent, root] = levels(record);
    assert.equal(own?.limit, BigInt((32 * MIB) / 4096));
    assert.equal(own.moved, 1n);
    assert.equal(own.name, container.id.slice(0, 63));
    assert.equal(parent?.moved, 0n);
    assert.equal(parent.limit, NONE);
    assert.equal(root?.moved, 0n);
    const exit = await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
    assert.equal(exit.u32('process_exit.status'), 9);
    assert.ok(exit.u64('process_exit.memory/memory.oom_events') > 0n);
    assert.ok(exit.u64('process_exit.memory/memory.failcnt') > 0n);
    const signal = await listener.wait(KIND.signalSent, (r) => r.container === container.cgroupId);
    assert.equal(signal.u32('signal_sent.info_kind'), 1);
  });

  test('of a child leaves the main process, and moves the count once each', async () => {
    const container = new FakeContainer();
    containers.push(container);
    container.limitMemory(32 * MIB);
    const [program, option, code] = hog;
    const twice = `'${program ?? ''}' ${option ?? ''} '${code ?? ''}'`;
    const child = container.run(['/bin/sh', '-c', `${twice}; ${twice}; exit 0`]);
    assert.equal(await ended(child), '0');
    await listener.settle();
    const kills = listener.records.filter((r) => r.kind === KIND.oomKill && r.container === container.cgroupId);
    assert.deepEqual(
      kills.map((r) => levels(r)[0]?.moved),
      [1n, 1n],
    );
    assert.ok(kills.every((r) => (r.flags & FLAG.main) === 0));
  });

  test('by a limit above the container names that level', async () => {
    const name = uniqueName();
    const slice = `${cgroupRoot}/${name}`;
    mkdirSync(slice);
    const container = new FakeContainer(`/${name}/${'5e'.repeat(32)}`);
    containers.push(container);
    writeFileSync(`${slice}/${memoryLimitFile}`, String(32 * MIB));
    await ended(container.run(hog));
    const { cgroupId } = container;
    const record = await listener.wait(KIND.oomKill, (r) => r.container === cgroupId);
    const [own, parent] = levels(record);
    assert.equal(own?.moved, 0n);
    assert.ok(parent);
    assert.equal(parent.name, name);
    assert.equal(parent.moved, 1n);
    await container.remove();
    rmdirSync(slice);
  });

  test('in a container that was seeded is attributed at the first time', async () => {
    const container = new FakeContainer(`/${uniqueName()}`);
    containers.push(container);
    container.limitMemory(32 * MIB);
    // An older kill, before anybody looked: must not count as news.
    await ended(container.run(hog));
    const child = container.run(['/bin/sh', '-c', `sleep 0.3; exec ${hog[0] ?? ''} -c '${hog[2] ?? ''}'`]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    listener.session.seed([{ cgroupId: container.cgroupId, id: 'seeded', mainPid: child.pid }]);
    await ended(child);
    const record = await listener.wait(KIND.oomKill, (r) => r.container === container.cgroupId);
    assert.equal(levels(record)[0]?.moved, 1n);
  });
});
