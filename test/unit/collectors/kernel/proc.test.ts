import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readArgv, readNamespacePid, readStat, splitArgv } from '../../../../agent/collectors/kernel/proc.ts';
import { UserNames, parsePasswd } from '../../../../agent/collectors/kernel/users.ts';

test('argv is that of the same process only, never of one that took over its pid', async () => {
  const child = spawn('cat', ['-', 'with blank']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  try {
    const stat = readStat(pid);
    assert.ok(stat);
    assert.deepEqual(readArgv(pid, stat.startNs), ['cat', '-', 'with blank']);
    assert.equal(readArgv(pid, stat.startNs - 50_000_000n), undefined);
    assert.equal(readNamespacePid(pid), pid);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  assert.equal(readStat(pid), undefined);
  assert.equal(readArgv(pid, 0n), undefined);
  assert.equal(readNamespacePid(pid), undefined);
});

test('argv keeps empty words', () => {
  assert.deepEqual(splitArgv('a\0\0b\0'), ['a', '', 'b']);
  assert.deepEqual(splitArgv('a'), ['a']);
});

test('users are named as getpwuid does, and lines that are none are passed over', () => {
  const names = parsePasswd(
    'root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:\n# comment\nbad:x:abc:0::/:\n:x:5:5::/:\nalice:x:1000:1000::/:\n',
  );
  assert.deepEqual(
    [...names],
    [
      [0, 'root'],
      [1000, 'alice'],
    ],
  );
});

test('names are read again when the file changes, and a missing file names nobody', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inq-users-'));
  try {
    const path = join(folder, 'passwd');
    assert.equal(new UserNames(path).nameOf(0), undefined);
    writeFileSync(path, 'root:x:0:0::/:\n');
    utimesSync(path, 1, 1);
    assert.equal(new UserNames(path).nameOf(0), 'root');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
