/** Birth, exec, exit and removal, seen from records alone. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import test, { after, before, describe } from 'node:test';
import { FLAG, KIND, MAIN_RANK, NONE, RUNTIME } from '../../agent/native/layout.ts';
import { FakeContainer, Listener, binding, cgroupRoot, ended, shell, skip, uniqueName } from './support.ts';

describe('a container', { skip }, () => {
  let listener: Listener;
  const containers: FakeContainer[] = [];
  const make = (name?: string): FakeContainer => {
    const container = new FakeContainer(name);
    containers.push(container);
    return container;
  };

  before(() => {
    listener = new Listener();
  });
  after(async () => {
    for (const container of containers) await container.remove();
    listener.session.detach();
    assert.equal(binding.listPins(listener.pinDir).length, 0);
  });

  test('every program is attached', () => {
    for (const program of listener.session.programs()) {
      assert.ok(program.attached, `${program.name}: ${program.error?.message ?? ''}`);
    }
  });

  test('is known from its cgroup before its first process', async () => {
    const container = make();
    const created = await listener.wait(KIND.containerCreated, (r) => r.container === container.cgroupId);
    assert.equal(created.text('container_record.id', 64), container.id);
    assert.equal(created.text('container_record.path', 256), container.path);
    assert.equal(created.u32('container_record.runtime'), RUNTIME.docker);
    assert.ok(listener.session.containers().some((known) => known.id === container.id));
  });

  test('exec and exit carry identity, argv and status, and never the environment', async () => {
    const container = make();
    const child = container.run(['/bin/sh', '-c', 'exit 3', 'first', 'last argument'], {
      SECRET_VARIABLE: 'not-for-anybody',
    });
    assert.equal(await ended(child), '3');
    const exec = await listener.wait(KIND.processExec, (r) => r.container === container.cgroupId);
    assert.deepEqual(exec.argv(), ['/bin/sh', '-c', 'exit 3', 'first', 'last argument']);
    assert.equal(exec.u32('process_exec.argc'), 5);
    assert.equal(exec.text('process_exec.filename', 128), '/bin/sh');
    assert.equal(exec.u32('process_exec.process/process.pid'), child.pid);
    assert.equal(exec.u32('process_exec.process/process.ppid'), process.pid);
    assert.ok(exec.flags & FLAG.main);
    assert.ok(!exec.bytes.includes('not-for-anybody') && !exec.bytes.includes('SECRET_VARIABLE'));

    const exit = await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
    assert.equal(exit.u32('process_exit.status'), 3 << 8);
    assert.equal(exit.u32('process_exit.process/process.pid'), child.pid);
    assert.equal(exit.u64('process_exit.process/process.start_ns'), exec.u64('process_exec.process/process.start_ns'));
    assert.ok(exit.flags & FLAG.main);
    assert.ok(exit.u64('process_exit.max_rss_pages') > 0n);
    assert.ok(exit.u64('process_exit.cpu_ns') > 0n);
    assert.equal(exit.u64('process_exit.memory/memory.cgroup'), container.cgroupId);
    assert.equal(exit.u64('process_exit.memory/memory.limit_pages'), NONE);
  });

  test('137 without a signal stays an exit code', async () => {
    const container = make();
    await ended(container.run(['/bin/sh', '-c', 'exit 137']));
    const exit = await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
    assert.equal(exit.u32('process_exit.status'), 0x8900);
  });

  test('its main process stays main over exec, and children are not', async () => {
    const container = make();
    await ended(container.run(['/bin/sh', '-c', '/bin/true; exec /bin/sh -c "exit 4"']));
    const exit = await listener.wait(
      KIND.processExit,
      (r) => r.container === container.cgroupId && r.u32('process_exit.status') === 0x400,
    );
    await listener.settle();
    assert.ok(exit.flags & FLAG.main);
    const execs = listener.records.filter((r) => r.kind === KIND.processExec && r.container === container.cgroupId);
    const main = execs.filter((r) => r.flags & FLAG.main).map((r) => r.argv()[0]);
    assert.deepEqual(main, ['/bin/sh', '/bin/sh']);
    const child = execs.find((r) => r.argv()[0] === '/bin/true');
    assert.equal((child?.flags ?? FLAG.main) & FLAG.main, 0);
  });

  test('PID 1 of a namespace is recognised, a later session is not main', async () => {
    const container = make();
    const main = container.run(['/usr/bin/unshare', '--pid', '--fork', '/bin/sh', '-c', 'sleep 1; exit 5']);
    await listener.wait(KIND.processExec, (r) => r.container === container.cgroupId);
    await ended(container.run(['/bin/true']));
    await ended(main);
    const inner = await listener.wait(
      KIND.processExit,
      (r) => r.container === container.cgroupId && r.u32('process_exit.process/process.ns_pid') === 1,
    );
    assert.equal(inner.u32('process_exit.status'), 0x500);
    const session = listener.find(
      KIND.processExec,
      (r) => r.container === container.cgroupId && r.argv()[0] === '/bin/true',
    );
    assert.equal((session?.flags ?? FLAG.main) & FLAG.main, 0);
    const known = listener.session.containers().find((c) => c.id === container.id);
    assert.equal(known?.mainPid, main.pid);
    assert.equal(known.mainExited, true);
  });

  test('a cgroup below it belongs to it', async () => {
    const container = make();
    const below = `${container.directory}/init`;
    mkdirSync(below);
    shell(`sh -c 'echo $$ > ${below}/cgroup.procs; exec /bin/true'`);
    const exit = await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
    assert.ok(exit.flags & FLAG.nested);
    assert.notEqual(exit.u64('process_exit.process/process.cgroup'), container.cgroupId);
    assert.equal(exit.u64('process_exit.memory/memory.cgroup'), container.cgroupId);
    rmdirSync(below);
    assert.equal(
      listener.find(KIND.containerRemoved, (r) => r.container === container.cgroupId),
      undefined,
    );
  });

  test('all forms of names are told apart, monitors are not containers', async () => {
    const id = randomBytes(32).toString('hex').replace(/^./, 'c');
    const forms: readonly (readonly [string, number | undefined])[] = [
      [`docker-${id}.scope`, RUNTIME.docker],
      [`cri-containerd-${id}.scope`, RUNTIME.containerd],
      [`kubepods-pod1.slice:cri-containerd:${id}`, RUNTIME.containerd],
      [`crio-${id}.scope`, RUNTIME.crio],
      [`crio-conmon-${id}.scope`, undefined],
      [`libpod-${id}.scope`, RUNTIME.podman],
      [`libpod-${id}`, RUNTIME.podman],
      [`libpod-conmon-${id}.scope`, undefined],
      [`nerdctl-${id}.scope`, RUNTIME.nerdctl],
      [id.slice(1), undefined],
      [`${id}a`, undefined],
      [`${id.slice(0, 63)}g`, undefined],
      [id.toUpperCase(), undefined],
      ['user.slice', undefined],
      ['x', undefined],
    ];
    for (const [name, runtime] of forms) {
      const directory = `${cgroupRoot}/${name}`;
      mkdirSync(directory);
      rmdirSync(directory);
      await listener.settle();
      const found = listener.find(KIND.containerCreated, (r) => r.text('container_record.path', 256) === `/${name}`);
      assert.equal(found?.u32('container_record.runtime'), runtime, name);
      if (found !== undefined) assert.equal(found.text('container_record.id', 64), id, name);
    }
    const burstable = `/${uniqueName()}`;
    const path = `${burstable}/pod0b7f/${id}`;
    mkdirSync(cgroupRoot + path, { recursive: true });
    for (const part of [path, `${burstable}/pod0b7f`, burstable]) rmdirSync(cgroupRoot + part);
    const inPod = await listener.wait(KIND.containerCreated, (r) => r.text('container_record.path', 256) === path);
    assert.equal(inPod.u32('container_record.runtime'), RUNTIME.kubepods);
  });

  test('its removal is the last word', async () => {
    const container = make();
    const { cgroupId } = container;
    await container.remove();
    const removed = await listener.wait(KIND.containerRemoved, (r) => r.container === cgroupId);
    assert.equal(removed.text('container_record.id', 64), container.id);
    assert.ok(!listener.session.containers().some((known) => known.cgroupId === cgroupId));
  });

  test('a long argv is cut and says so', async () => {
    const container = make();
    await ended(container.run(['/bin/true', 'x'.repeat(6000)]));
    const exec = await listener.wait(KIND.processExec, (r) => r.container === container.cgroupId);
    assert.ok(exec.flags & FLAG.argvTruncated);
    assert.equal(exec.u32('process_exec.argv_len'), 4096);
  });

  test('a seeded container is followed, and its main process met exactly', async () => {
    const known = new FakeContainer(`/${uniqueName()}`);
    containers.push(known);
    const child = known.run(['/bin/sleep', '60']);
    while (shell(`cat ${known.directory}/cgroup.procs`).trim() === '') await listener.settle();
    const ticks = shell(`cut -d' ' -f22 /proc/${String(child.pid)}/stat`).trim();
    const id = randomBytes(32).toString('hex');
    listener.session.seed([
      {
        cgroupId: known.cgroupId,
        id,
        path: known.path,
        runtime: RUNTIME.unknown,
        mainPid: child.pid,
        mainStartNs: BigInt(ticks) * 10_000_000n,
      },
    ]);
    const entry = listener.session.containers().find((c) => c.id === id);
    assert.notEqual((entry?.mainStartNs ?? 0n) % 10_000_000n, 0n);
    child.kill('SIGKILL');
    await ended(child);
    const exit = await listener.wait(KIND.processExit, (r) => r.container === known.cgroupId);
    assert.ok(exit.flags & FLAG.main);
    assert.equal(exit.u32('process_exit.process/process.rank'), MAIN_RANK.entered);
    assert.equal(exit.u32('process_exit.status'), 9);
  });

  test('throttling and limits are read at the exit', async (t) => {
    if (cgroupRoot !== '/sys/fs/cgroup/memory') {
      t.skip('v1 hierarchies only');
      return;
    }
    const container = make();
    container.limitMemory(64 << 20);
    const cpu = `/sys/fs/cgroup/cpu/${uniqueName()}`;
    mkdirSync(cpu);
    writeFileSync(`${cpu}/cpu.cfs_quota_us`, '5000');
    const busy = 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done';
    const child = container.run(['/bin/sh', '-c', `echo $$ > ${cpu}/cgroup.procs; ${busy}`]);
    await ended(child);
    const exit = await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
    rmdirSync(cpu);
    assert.equal(exit.u64('process_exit.memory/memory.limit_pages'), 16384n);
    assert.equal(exit.u64('process_exit.throttle/throttle.quota_us'), 5000n);
    assert.equal(exit.u64('process_exit.throttle/throttle.period_us'), 100000n);
    assert.ok(exit.u64('process_exit.throttle/throttle.nr_throttled') > 0n);
    assert.ok(exit.u64('process_exit.throttle/throttle.throttled_ns') > 0n);
  });
});
