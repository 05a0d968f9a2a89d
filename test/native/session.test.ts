/** Nothing lost, nothing doubled: floods, killed readers, neighbours, errors. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, rmdirSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import test, { after, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from '../../agent/native/binding.ts';
import { FLAG, KIND } from '../../agent/native/layout.ts';
import type { RawRecord } from './support.ts';
import { FakeContainer, Listener, binding, ended, objectPath, privatePinDir, shell, skip } from './support.ts';

const undo: (() => void | Promise<void>)[] = [];
const make = (): FakeContainer => {
  const container = new FakeContainer();
  undo.push(() => container.remove());
  return container;
};
const listen = (options: ConstructorParameters<typeof Listener>[0] = {}): Listener => {
  const listener = new Listener(options);
  undo.push(() => {
    listener.session.detach();
  });
  return listener;
};

/** Node.js has no public name for it. */
function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  assert.ok(typeof fd === 'number');
  return fd;
}

function invariant(listener: Listener): void {
  for (const kind of listener.session.counters().kinds) {
    assert.equal(kind.seen, kind.written + kind.lost + kind.suppressed, `kind ${String(kind.kind)}`);
  }
}

describe('a session', { skip }, () => {
  after(async () => {
    for (const step of undo.reverse()) await step();
  });

  test('ignores everything outside containers', async () => {
    const listener = listen();
    // A name of its own: other containers may be busy on this machine.
    const program = join(tmpdir(), `iq${randomBytes(5).toString('hex')}`);
    copyFileSync('/bin/sleep', program);
    chmodSync(program, 0o755);
    shell(`i=0; while [ $i -lt 300 ]; do ${program} 0; i=$((i+1)); done; ${program} 9 & kill -9 $!`);
    rmSync(program);
    await sleep(50);
    assert.ok(!listener.records.some((r) => r.bytes.includes(basename(program))));
    for (const record of listener.records) assert.notEqual(record.container, 0n);
  });

  test('receives what was written, and counts the rest', async () => {
    const listener = listen({ eventsBurst: 500, eventsRate: 100 });
    const container = make();
    await ended(container.run(['/bin/sh', '-c', 'i=0; while [ $i -lt 1500 ]; do /bin/true; i=$((i+1)); done']));
    await listener.settle();
    invariant(listener);
    const known = listener.session.containers().find((c) => c.id === container.id);
    const suppressed = known?.suppressed[KIND.processExit] ?? 0;
    const written = listener.records.filter((r) => r.kind === KIND.processExit && r.container === container.cgroupId);
    assert.ok(suppressed > 0);
    assert.equal(written.length + suppressed, 1501);
    // The main process's own end is never held back.
    const main = written.find((r) => r.flags & FLAG.main);
    assert.equal(main?.u32('process_exit.status'), 0);
  });

  test('counts what does not fit the ring while its reader is stuck', async () => {
    const listener = listen({ eventsBytes: 65536 });
    const container = make();
    const child = container.run(['/bin/sh', '-c', 'i=0; while [ $i -lt 800 ]; do /bin/true; i=$((i+1)); done']);
    const until = Date.now() + 1500;
    while (Date.now() < until); // JavaScript takes nothing meanwhile.
    await ended(child);
    await listener.settle();
    invariant(listener);
    assert.ok(listener.session.counters().kinds.some((k) => k.lost > 0n));
  });

  test('survives what its callback throws', async () => {
    const pinDir = privatePinDir();
    const session = binding.open({ objectPath, pinDir });
    undo.push(() => {
      session.detach();
    });
    const errors: Error[] = [];
    let batches = 0;
    session.start(
      () => {
        batches++;
        throw new Error('from the callback');
      },
      (error) => {
        errors.push(error);
        throw new Error('even here');
      },
    );
    make();
    await sleep(50);
    make();
    await sleep(50);
    assert.ok(batches >= 2);
    assert.equal(errors.length, batches);
    assert.equal(errors[0]?.message, 'from the callback');
  });

  test('two agents side by side see the same', async () => {
    const [one, two] = [listen(), listen()];
    const container = make();
    await ended(container.run(['/bin/sh', '-c', 'exit 9']));
    for (const listener of [one, two]) {
      const exit = await listener.wait(KIND.processExit, (r) => r.container === container.cgroupId);
      assert.equal(exit.u32('process_exit.status'), 0x900);
    }
    const owners = binding.listPins('/sys/fs/bpf').map((pin) => pin.dir);
    for (const listener of [one, two]) {
      assert.ok(owners.some((dir) => dir.startsWith(listener.pinDir)));
    }
  });

  test('one folder takes one session', () => {
    const listener = listen();
    assert.throws(
      () => binding.open({ objectPath, pinDir: listener.pinDir }),
      (error: unknown) => isNativeError(error) && error.reason === 'system' && error.syscall === 'flock',
    );
  });

  test('a killed reader loses nothing: the next one adopts and reads on', async () => {
    const pinDir = privatePinDir();
    const reader = spawn(process.execPath, [join(import.meta.dirname, 'reader.ts'), objectPath, pinDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    reader.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    undo.push(() => {
      reader.kill('SIGKILL');
    });
    while (!output.includes('ready')) await sleep(10);
    const container = make();
    const loop = (n: number): string[] => [
      '/bin/sh',
      '-c',
      `i=0; while [ $i -lt ${String(n)} ]; do /bin/true; i=$((i+1)); done`,
    ];
    await ended(container.run(loop(200)));
    await sleep(100);
    reader.kill('SIGKILL');
    await once(reader, 'exit');
    await ended(container.run(loop(300)));

    const listener = listen({ pinDir });
    assert.equal(listener.session.origin, 'adopted');
    const taken = new Map<number, bigint>();
    let exits = 0;
    for (const line of output.split('\n').filter((text) => text.startsWith('kind '))) {
      const [kind = 0, cgroup] = line.slice(5).split(' ').map(Number);
      taken.set(kind, (taken.get(kind) ?? 0n) + 1n);
      if (kind === KIND.processExit && BigInt(cgroup ?? 0) === container.cgroupId) exits++;
    }
    listener.taken = taken;
    await listener.settle();
    invariant(listener);
    exits += listener.records.filter((r) => r.kind === KIND.processExit && r.container === container.cgroupId).length;
    assert.equal(exits, 502);
    assert.ok(listener.session.containers().some((c) => c.id === container.id));
  });

  test('a stopped session leaves the kernel collecting', async () => {
    const first = new Listener();
    const container = make();
    await ended(container.run(['/bin/true']));
    first.session.stop();
    // What waited was delivered before stop() returned.
    assert.ok(first.find(KIND.processExit, (r) => r.container === container.cgroupId));
    assert.throws(() => first.session.counters(), /closed/);
    const late = make();
    const { cgroupId } = late;
    const second = listen({ pinDir: first.pinDir });
    assert.equal(second.session.origin, 'adopted');
    await second.wait(KIND.containerCreated, (r) => r.container === cgroupId);
  });

  test('another build takes over what an older one knew and had not delivered', async () => {
    const old = binding.open({ objectPath, pinDir: privatePinDir(), eventsRate: 4000 });
    const pinDir = join(old.directory, '..');
    const container = make();
    const child = container.run(['/bin/sh', '-c', 'sleep 0.5; exit 8']);
    await sleep(100);
    old.stop();
    const listener = listen({ pinDir });
    assert.equal(listener.session.origin, 'loaded');
    await listener.wait(KIND.processExec, (r) => r.container === container.cgroupId);
    await ended(child);
    const exit = await listener.wait(
      KIND.processExit,
      (r) => r.container === container.cgroupId && r.u32('process_exit.status') === 0x800,
    );
    assert.ok(exit.flags & FLAG.main);
    assert.equal(binding.listPins(pinDir).length, 1);
  });

  test('somebody with more rights attaches another build, and leaves to the agent what the older one had not delivered', async () => {
    const old = binding.open({ objectPath, pinDir: privatePinDir(), eventsRate: 4000 });
    const pinDir = join(old.directory, '..');
    const container = make();
    const child = container.run(['/bin/sh', '-c', 'sleep 0.7; exit 9']);
    await sleep(100);
    old.stop();
    const handover = binding.open({ objectPath, pinDir, leaveOlder: true });
    assert.equal(handover.origin, 'loaded');
    handover.stop();
    // A second time there is nothing to do.
    const again = binding.open({ objectPath, pinDir, leaveOlder: true });
    assert.equal(again.origin, 'adopted');
    again.stop();
    assert.equal(binding.listPins(pinDir).length, 2);
    await ended(child);
    const listener = listen({ pinDir });
    assert.equal(listener.session.origin, 'adopted');
    const isOurs = (r: RawRecord): boolean => r.container === container.cgroupId;
    await listener.wait(KIND.containerCreated, isOurs);
    await listener.wait(KIND.processExit, (r) => isOurs(r) && r.u32('process_exit.status') === 0x900);
    // Nobody is told of twice, though both builds were attached for a moment.
    const execs = listener.records.filter((r) => r.kind === KIND.processExec && isOurs(r));
    assert.equal(new Set(execs.map((r) => r.bytes.toString('latin1'))).size, execs.length);
    assert.equal(binding.listPins(pinDir).length, 1);
  });

  test('a half-written folder is replaced, one of another layout reported', () => {
    const listener = listen();
    const { directory } = listener.session;
    listener.session.stop();
    shell(`rm ${directory}/map_meta; mkdir ${listener.pinDir}/99-0123456789ab`);
    assert.equal(binding.listPins(listener.pinDir)[0]?.complete, false);
    const again = listen({ pinDir: listener.pinDir });
    assert.equal(again.session.origin, 'loaded');
    assert.deepEqual(again.session.abandonedPins, [`${listener.pinDir}/99-0123456789ab`]);
  });

  test('pins of a vanished agent can be listed and removed', () => {
    const pinDir = privatePinDir();
    const session = binding.open({ objectPath, pinDir, owner: '/var/lib/vanished 4026531841' });
    session.stop();
    const [pin] = binding.listPins(pinDir);
    assert.equal(pin?.owner, '/var/lib/vanished 4026531841');
    assert.throws(() => {
      binding.removePins('/tmp');
    }, isNativeError);
    assert.throws(() => {
      binding.removePins(pinDir);
    }, isNativeError);
    binding.removePins(pin.dir);
    rmdirSync(pinDir);
    assert.equal(existsSync(pinDir), false);
  });
});

describe('errors', { skip }, () => {
  const reasonOf = (body: () => unknown): string => {
    try {
      body();
    } catch (error) {
      if (isNativeError(error)) return error.reason;
      throw error;
    }
    return 'none';
  };

  test('have a reason', () => {
    const pinDir = privatePinDir();
    assert.equal(
      reasonOf(() => binding.open({ objectPath: '/nowhere.o', pinDir })),
      'object-missing',
    );
    assert.equal(
      reasonOf(() => binding.open({ objectPath, pinDir: '/proc/inquest' })),
      'no-bpffs',
    );
    assert.equal(
      reasonOf(() => binding.open({ objectPath, pinDir: join(tmpdir(), 'inquest-no') })),
      'no-bpffs',
    );
    assert.equal(existsSync(join(tmpdir(), 'inquest-no')), false);
    assert.throws(() => binding.open({ objectPath, pinDir, eventsBytes: 1000 }), RangeError);
    assert.equal(existsSync(pinDir), false);
  });

  test('a foreign object is refused and leaves nothing behind', () => {
    const pinDir = privatePinDir();
    const reason = reasonOf(() => binding.open({ objectPath: '/bin/true', pinDir }));
    assert.ok(['system', 'layout-mismatch'].includes(reason), reason);
    assert.equal(binding.listPins(pinDir).length, 0);
    assert.equal(existsSync(pinDir), false);
  });

  test('without capabilities it is the permission that is missing', () => {
    const pinDir = privatePinDir();
    mkdirSync(pinDir);
    const script =
      `const { loadBinding, isNativeError } = await import(${JSON.stringify(join(import.meta.dirname, '../../agent/native/binding.ts'))});` +
      `try { loadBinding().open({ objectPath: ${JSON.stringify(objectPath)}, pinDir: ${JSON.stringify(pinDir)} }); }` +
      `catch (error) { console.log(isNativeError(error) ? error.reason : String(error)); }`;
    const drop = ['--bounding-set=-all', '--inh-caps=-all', process.execPath, '--input-type=module', '-e', script];
    const printed = execFileSync('setpriv', drop, { encoding: 'utf8' });
    rmdirSync(pinDir);
    assert.equal(printed.trim(), 'no-permission');
  });
});

describe('the machine', { skip }, () => {
  test('is probed without a throw', () => {
    const probe = binding.probe();
    assert.equal(probe.btf, true);
    assert.equal(probe.ringbuf, true);
    assert.match(probe.kernelRelease, /^\d+\.\d+/);
    assert.ok(probe.capBpf || probe.capSysAdmin);
  });

  test('peers of a socket are who they are', async (t) => {
    const path = join(tmpdir(), `inquest-peer-${String(process.pid)}`);
    const server = createServer();
    server.listen(path);
    await once(server, 'listening');
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const client = createConnection(path);
    const socket = await accepted;
    t.after(() => {
      client.destroy();
      socket.destroy();
      server.close();
    });
    const peer = binding.peerCredentials(descriptorOf(socket));
    assert.equal(peer.pid, process.pid);
    assert.equal(peer.uid, process.getuid?.());
    // Node.js adds the effective group to its own list.
    assert.ok(peer.groups.every((group) => process.getgroups?.().includes(group)));
    assert.throws(() => binding.peerCredentials(99999), isNativeError);
  });
});
