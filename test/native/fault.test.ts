/** What is known of a crash without a core file: by real programs that crash, and by files that lie. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { Backtracer } from '../../agent/backtrace/backtracer.ts';
import { resolveFault } from '../../agent/backtrace/resolve.ts';
import { MemorySource } from '../../agent/backtrace/source.ts';
import { decodeFault } from '../../agent/collectors/kernel/decode-fault.ts';
import { spansOf } from '../../agent/collectors/kernel/decode.ts';
import type { ProcessFault } from '../../agent/domain/evidence.ts';
import type { CapturedFault } from '../../agent/domain/fault.ts';
import { placeOfFault } from '../../agent/explain/fault-place.ts';
import { isNativeError } from '../../agent/native/binding.ts';
import { KIND } from '../../agent/native/layout.ts';
import { Random } from '../support/random.ts';
import { FakeContainer, Listener, binding, ended, skip } from './support.ts';

const SOURCE = join(import.meta.dirname, '..', 'support', 'die.c');

function cc(target: string, ...flags: string[]): void {
  execFileSync('cc', ['-O1', '-g', '-w', '-pthread', '-fno-optimize-sibling-calls', ...flags, '-o', target, SOURCE]);
}

describe('a crash', { skip }, () => {
  let listener: Listener;
  let backtracer: Backtracer;
  let folder: string;
  const containers: FakeContainer[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'inq-fault-'));
    listener = new Listener();
    backtracer = new Backtracer((root, path) => binding.openBeneath(root, path));
    cc(join(folder, 'plain'), '-fomit-frame-pointer');
    cc(join(folder, 'static'), '-static', '-fomit-frame-pointer');
    cc(join(folder, 'stripped'), '-s');
    cc(join(folder, 'framed'), '-fno-omit-frame-pointer', '-fno-asynchronous-unwind-tables', '-static');
  });
  after(async () => {
    for (const container of containers) await container.remove();
    listener.session.detach();
    await backtracer.close();
    rmSync('/run/index', { force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  async function capture(program: string, way: string): Promise<CapturedFault> {
    const container = new FakeContainer();
    containers.push(container);
    await ended(container.run([join(folder, program), way]));
    const { bytes } = await listener.wait(KIND.processFault, (r) => r.container === container.cgroupId);
    const batch = new Uint8Array(bytes);
    const [span] = spansOf(batch);
    assert.ok(span !== undefined);
    return decodeFault(batch, span, {
      pageBytes: 4_096,
      toEpochUs: (ns) => Number(ns / 1_000n),
      containerId: () => container.id,
      userName: () => undefined,
      argvOf: () => undefined,
      ownPid: process.pid,
    });
  }
  const crash = async (program: string, way: string): Promise<ProcessFault> =>
    backtracer.resolve(await capture(program, way));
  const functions = ({ frames }: ProcessFault): (string | undefined)[] => frames.map((frame) => frame.function);

  test('names function, file and line without frame pointers, and who called', async () => {
    for (const program of ['plain', 'static']) {
      const fault = await crash(program, 'null');
      assert.deepEqual(functions(fault).slice(0, 2), ['null_dereference', 'main'], program);
      assert.match(fault.frames[0]?.file ?? '', /die\.c$/);
      assert.ok((fault.frames[0]?.line ?? 0) > 0);
      assert.deepEqual(placeOfFault(fault), { kind: 'null', offset: 0n });
      assert.equal(fault.access, 'write');
      assert.equal(fault.truncated, false);
    }
  });

  test('follows frame pointers where there are no unwind tables, and says that it guesses', async () => {
    const { frames } = await crash('framed', 'divide');
    assert.deepEqual(
      frames.slice(0, 2).map((frame) => [frame.function, frame.isGuess === true]),
      [
        ['divide', false],
        ['main', true],
      ],
    );
  });

  test('goes through a library that has neither symbols nor frame pointers', async () => {
    const fault = await crash('plain', 'libc');
    assert.match(fault.frames[0]?.module ?? '', /^libc/);
    assert.ok(functions(fault).includes('measure_nothing') && functions(fault).includes('main'));
    const aborted = await crash('plain', 'abort');
    assert.ok(functions(aborted).includes('abort') && functions(aborted).includes('call_abort'));
    assert.equal(aborted.address, undefined);
  });

  test('gives module, offset and build id where nothing has a name', async () => {
    const [frame] = (await crash('stripped', 'null')).frames;
    assert.equal(frame?.module, 'stripped');
    assert.equal(frame.function, undefined);
    const notes = execFileSync('readelf', ['-n', join(folder, 'stripped')], { encoding: 'utf8' });
    assert.equal(frame.buildId, /Build ID: ([0-9a-f]+)/.exec(notes)?.[1]);
  });

  test('tells an overflow of the stack from other memory that is not there', async () => {
    assert.equal(placeOfFault(await crash('plain', 'stack'))?.kind, 'stack');
    assert.deepEqual(placeOfFault(await crash('plain', 'thread-stack')), {
      kind: 'stack',
      bytes: undefined,
      isThread: true,
    });
    const deep = await crash('plain', 'stack');
    assert.ok(deep.truncated && functions(deep).every((name) => name === 'deeper'));
  });

  test('names the mapping of code that is none, of a constant, and of a file that became shorter', async () => {
    const jump = await crash('plain', 'jump');
    assert.match(JSON.stringify(placeOfFault(jump)), /not-executable.*the data of .*plain/);
    assert.ok(functions(jump).includes('jump_to_data'));
    assert.match(JSON.stringify(placeOfFault(await crash('plain', 'constant'))), /read-only.*the constants of .*plain/);
    assert.deepEqual(placeOfFault(await crash('plain', 'truncated')), {
      kind: 'beyond-file',
      path: '/run/index',
      sizeBytes: 0,
    });
  });

  /** Where the program was before its handler ran: by the backtrace of what the handler then did. */
  const interruptedAt = ({ frames }: ProcessFault): (string | undefined)[] => {
    const at = frames.findIndex(({ interrupted }) => interrupted !== undefined);
    return at < 0 ? [] : frames.slice(at).map((frame) => frame.function);
  };

  test('goes through a handler to where the signal came, whatever the handler returns to', async () => {
    for (const [program, way] of [
      ['plain', 'handler-aborts'],
      ['static', 'handler-aborts'],
      ['plain', 'handler-bare'],
    ] as const) {
      const fault = await crash(program, way);
      assert.deepEqual(
        interruptedAt(fault).slice(0, 2),
        ['null_dereference', way.replace('-', '_')],
        `${program} ${way}`,
      );
      const [at] = fault.frames.filter(({ interrupted }) => interrupted !== undefined);
      assert.deepEqual(at?.interrupted, {
        stackPointer: at?.interrupted?.stackPointer,
        address: '0x0',
        ...(process.arch === 'x64' ? { access: 'write' } : {}),
      });
      assert.match(at?.interrupted?.stackPointer ?? '', /^0x7f/);
    }
  });

  test('goes from a handler’s own stack to the one that is full', async () => {
    assert.deepEqual(interruptedAt(await crash('plain', 'handler-apart')), ['deeper']);
  });

  test('a crash inside a handler is told with what the handler came over', async () => {
    const fault = await crash('plain', 'term-crashes');
    assert.deepEqual(functions(fault).slice(0, 2), ['null_dereference', 'clean_up']);
    assert.ok(interruptedAt(fault).includes('term_crashes'));
  });

  test('takes the first crashes of a container that crashes all the time, and counts the rest', async () => {
    const container = new FakeContainer();
    containers.push(container);
    const loop = `i=0; while [ $i -lt 20 ]; do ${join(folder, 'static')} divide; i=$((i+1)); done`;
    await ended(container.run(['/bin/sh', '-c', loop]));
    await listener.settle();
    const own = listener.records.filter((r) => r.kind === KIND.processFault && r.container === container.cgroupId);
    assert.ok(own.length >= 1 && own.length < 20);
    const counted = listener.session.counters().kinds.find(({ kind }) => kind === KIND.processFault);
    assert.ok(counted !== undefined && counted.suppressed > 0n);
    assert.equal(counted.seen, counted.written + counted.lost + counted.suppressed);
  });

  test('costs nothing while nobody crashes: a handled signal is no fault', async () => {
    const container = new FakeContainer();
    containers.push(container);
    await ended(container.run(['/bin/sh', '-c', 'trap : ABRT; kill -ABRT $$; /bin/true']));
    await listener.settle();
    assert.equal(
      listener.find(KIND.processFault, (r) => r.container === container.cgroupId),
      undefined,
    );
  });

  test('a binary that was changed is not believed', async () => {
    const captured = await capture('static', 'null');
    const code = captured.code.map((one) => ({ ...one, buildId: 'ab'.repeat(20) }));
    const other = new MemorySource(readFileSync(join(folder, 'static')));
    const fault = resolveFault({ ...captured, code }, () => other);
    assert.ok(fault.frames.every((frame) => frame.function === undefined));
  });

  test('whatever stands in a binary, its reading ends and throws nothing', async () => {
    const captured = await capture('static', 'null');
    // The kernel's build id would put an end to it at once.
    const trusting = { ...captured, code: captured.code.map((one) => ({ ...one, buildId: undefined })) };
    const whole = readFileSync(join(folder, 'static'));
    const random = new Random(11);
    const headers = [0, 64, whole.readUInt32LE(32), whole.readUInt32LE(40)];
    for (let round = 0; round < 150; round += 1) {
      const bytes = Buffer.from(whole);
      for (let i = 0; i < 40; i += 1) {
        const base = random.chance(50) ? (headers[random.below(headers.length)] ?? 0) : random.below(bytes.length);
        bytes[Math.min(base + random.below(512), bytes.length - 1)] = random.below(256);
      }
      const cut = random.chance(20) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
      const fault = resolveFault(trusting, () => new MemorySource(cut));
      assert.ok(fault.frames.length >= 1 && fault.frames.length <= 64);
    }
  });
});

describe('opening a file where a container had a say', { skip }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'inq-open-'));
    mkdirSync(join(folder, 'layer', 'bin'), { recursive: true });
    writeFileSync(join(folder, 'layer', 'bin', 'server'), 'x');
    symlinkSync('/etc/shadow', join(folder, 'layer', 'bin', 'link'));
    symlinkSync('/etc', join(folder, 'layer', 'etc'));
    execFileSync('mkfifo', [join(folder, 'layer', 'bin', 'fifo')]);
    execFileSync('mknod', [join(folder, 'layer', 'bin', 'device'), 'c', '1', '5']);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('gives a regular file, and which one it is', () => {
    const opened = binding.openBeneath(join(folder, 'layer'), 'bin/server');
    const same = openSync(join(folder, 'layer', 'bin', 'server'), 'r');
    assert.equal(opened.inode > 0n, true);
    closeSync(opened.fd);
    closeSync(same);
  });

  for (const path of [
    'bin/link',
    'etc/shadow',
    '../layer/bin/server',
    '/etc/shadow',
    'bin/fifo',
    'bin/device',
    'bin',
    'proc',
  ]) {
    test(`refuses ${path}`, () => {
      assert.throws(() => binding.openBeneath(join(folder, 'layer'), path), isNativeError);
    });
  }
});
