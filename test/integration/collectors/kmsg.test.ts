import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createKmsgCollector, type KmsgCollector } from '../../../agent/collectors/kmsg/kmsg-collector.ts';
import { US_PER_MS, US_PER_SECOND } from '../../../agent/domain/time.ts';
import { RecordingSink } from '../../support/recording-sink.ts';
import { runCommand } from '../../support/run-command.ts';

const MEMORY = '/sys/fs/cgroup/memory';

function unavailable(): string | false {
  try {
    if (process.getuid?.() === 0 && process.arch === 'x64') {
      readFileSync(join(MEMORY, 'memory.limit_in_bytes'));
      return false;
    }
  } catch {
    return 'needs the memory controller of cgroup v1';
  }
  return 'needs root on x86-64';
}

/** A static program that reads address 0: `xor eax, eax; mov eax, [rax]`. */
function faultyProgram(): Buffer {
  const base = 0x40_0000;
  const headers = 120;
  const elf = Buffer.alloc(headers + 4);
  elf.write('\x7fELF\x02\x01\x01', 'latin1');
  elf.writeUInt16LE(2, 16);
  elf.writeUInt16LE(62, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(base + headers), 24);
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64);
  elf.writeUInt32LE(5, 68);
  elf.writeBigUInt64LE(BigInt(base), 80);
  elf.writeBigUInt64LE(BigInt(elf.length), 96);
  elf.writeBigUInt64LE(BigInt(elf.length), 104);
  elf.writeBigUInt64LE(0x1000n, 112);
  elf.writeUInt32BE(0x31_c0_8b_00, headers);
  return elf;
}

describe('kernel log of this machine', { skip: unavailable() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'inq-kmsg-'));
  const id = 'c0'.repeat(32);
  const parent = join(MEMORY, 'inquest-kmsg-test');
  const cgroup = join(parent, id);
  const sink = new RecordingSink();
  let collector: KmsgCollector;
  const startedAt = Date.now() * US_PER_MS;

  before(async () => {
    const uptimeUs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * US_PER_SECOND;
    collector = createKmsgCollector({ bootOffsetUs: Date.now() * US_PER_MS - uptimeUs, pollMs: [20, 100] });
    await collector.start(sink);
  });

  after(async () => {
    await collector.stop();
    rmSync(folder, { recursive: true, force: true });
    for (const path of [cgroup, parent]) {
      try {
        rmdirSync(path);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    }
  });

  test("an out-of-memory kill in a container's cgroup", async () => {
    mkdirSync(cgroup, { recursive: true });
    writeFileSync(join(cgroup, 'memory.limit_in_bytes'), '8M');
    writeFileSync(join(cgroup, 'memory.memsw.limit_in_bytes'), '8M');
    const script = `echo $$ > ${cgroup}/cgroup.procs; exec dd if=/dev/zero of=/dev/null bs=64M`;
    const { code } = await runCommand('sh', ['-c', script]);
    assert.equal(code, -1, 'ended by a signal');
    const { at, data } = await sink.until('the report', () => sink.of('kernel_log_oom', id).at(0));
    assert.deepEqual([data.constraint, data.victimComm, data.victimUid], ['memcg', 'dd', 0]);
    assert.equal(data.oomMemcg, `/inquest-kmsg-test/${id}`);
    assert.ok((data.anonRssBytes ?? 0) > 1_000_000);
    assert.ok(Math.abs(at - Date.now() * US_PER_MS) < 60 * US_PER_SECOND);
    const again = await collector.readSince(startedAt - US_PER_SECOND);
    assert.ok(again.some((one) => one.containerId === id && one.data.kind === 'kernel_log_oom'));
  });

  test('a forged report is refused, a real fault after it is seen', async () => {
    writeFileSync(
      '/dev/kmsg',
      `<3>oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/docker/${'d'.repeat(64)},task=x,pid=1,uid=0\n`,
    );
    const file = join(folder, 'faulty');
    writeFileSync(file, faultyProgram(), { mode: 0o755 });
    const child = spawn(file, { stdio: 'ignore' });
    await once(child, 'exit');
    assert.equal(child.signalCode, 'SIGSEGV');
    const { data } = await sink.until('the fault', () =>
      sink.of('kernel_log_fault').find((one) => one.data.pid === child.pid),
    );
    assert.equal(data.comm, 'faulty');
    assert.match(data.text, /segfault at 0 ip /);
    assert.deepEqual(sink.of('kernel_log_oom', 'd'.repeat(64)), []);
  });
});
