import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtFile, loadBinding } from '../../agent/native/binding.ts';

const skip = builtFile('inquest.node') === undefined ? 'needs the built addon' : false;

function residentFileKib(): number {
  return Number(/^RssFile:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

test('memory that is not needed is given back, and what is needed comes back', { skip }, () => {
  const binding = loadBinding();
  const before = residentFileKib();
  binding.trim();
  assert.ok(residentFileKib() < before);
  binding.trim();
  assert.equal(JSON.stringify(['a', 'b', 'c'].map((letter) => letter.toUpperCase()).sort()), '["A","B","C"]');
  assert.ok(binding.host().pageBytes >= 4_096);
});

test('the boot clock and the wall clock are brought together', { skip }, () => {
  const { bootOffsetNs } = loadBinding().host();
  const bootMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ', 1)[0]) * 1_000;
  const wallMs = Number(bootOffsetNs / 1_000_000n) + bootMs;
  assert.ok(Math.abs(wallMs - Date.now()) < 60_000, 'the same minute, whatever the load');
});

const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace('@', '\\0', 1))
print('bound', flush=True)
print(s.recv(100).decode(), flush=True)
`;

test('a service manager hears what it is told, by path and by abstract name', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'inq-notify-'));
  try {
    for (const name of [join(folder, 's'), `@inquest-test-${String(process.pid)}`]) {
      const receiver = spawn('python3', ['-c', RECEIVER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      receiver.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      await once(receiver.stdout, 'data');
      loadBinding().notify(name, 'READY=1');
      await once(receiver, 'close');
      assert.equal(said, 'bound\nREADY=1\n');
    }
    assert.throws(() => loadBinding().notify(join(folder, 'nobody'), 'READY=1'), /cannot notify/);
    assert.throws(() => loadBinding().notify('relative', 'READY=1'), /no socket to notify/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
