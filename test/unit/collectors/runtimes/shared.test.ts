import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseK8sLog } from '../../../../agent/collectors/shared/k8s-log.ts';
import { openBeneath, readBeneath, readEndBeneath } from '../../../../agent/collectors/shared/safe-file.ts';

describe('files that a container may have a hand in', () => {
  let root: string;

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'inq-safe-'));
    mkdirSync(join(root, 'pod/app'), { recursive: true });
    writeFileSync(join(root, 'pod/app/0.log'), 'hello');
    writeFileSync(join(root, 'secret'), 'not for you');
  });

  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  test('a regular file is read, whole or from its end', async () => {
    const path = join(root, 'pod/app/0.log');
    assert.equal((await readBeneath(root, path, 100))?.toString(), 'hello');
    assert.equal((await readBeneath(root, path, 2))?.toString(), 'he');
    assert.deepEqual(await readEndBeneath(root, path, 2), { bytes: Buffer.from('lo'), cut: true });
    assert.deepEqual(await readEndBeneath(root, path, 9), { bytes: Buffer.from('hello'), cut: false });
  });

  test('the root itself may be a link, which its administrator has made', async () => {
    symlinkSync(root, `${root}-link`);
    try {
      assert.equal((await readBeneath(`${root}-link`, `${root}-link/pod/app/0.log`, 100))?.toString(), 'hello');
    } finally {
      rmSync(`${root}-link`);
    }
  });

  test('no link below it is followed, neither for a file nor for a folder', async () => {
    symlinkSync(join(root, 'secret'), join(root, 'pod/app/1.log'));
    symlinkSync(root, join(root, 'pod/up'));
    for (const name of ['pod/app/1.log', 'pod/up/secret']) {
      assert.equal(await openBeneath(root, join(root, name)), undefined, name);
    }
  });

  test('what is no file, leads out of the root or is not there is nothing', async () => {
    execFileSync('mkfifo', [join(root, 'pod/fifo')]);
    for (const path of [
      join(root, 'pod/fifo'),
      join(root, 'pod'),
      join(root, 'missing'),
      `${root}/pod/../secret`,
      '/etc/passwd',
      `${root}/pod//app`,
      `${root}/pod\0/x`,
    ]) {
      assert.equal(await openBeneath(root, path), undefined, path);
    }
  });
});

describe('logs in the format of CRI', () => {
  const read = (text: string, cut = false) => parseK8sLog({ bytes: Buffer.from(text), cut });
  const STAMP = '2026-11-24T22:49:39.436339936+00:00';
  const AT = Date.UTC(2026, 10, 24, 22, 49, 39, 436) * 1_000 + 339;

  test('lines of both streams, with their time', () => {
    const { lines, truncated } = read(`${STAMP} stdout F hi\n${STAMP} stderr F it  broke\n`);
    assert.deepEqual(lines, [
      { stream: 'stdout', text: 'hi', at: AT },
      { stream: 'stderr', text: 'it  broke', at: AT },
    ]);
    assert.equal(truncated, false);
  });

  test('parts of a line are put together by stream, the last line also without its end', () => {
    const text = `${STAMP} stdout P one \n${STAMP} stderr F between\n${STAMP} stdout F two\n${STAMP} stdout P left`;
    assert.deepEqual(
      read(text).lines.map(({ text: said }) => said),
      ['between', 'one two', 'left'],
    );
  });

  test('where the file goes on before, the first line is only the rest of one', () => {
    const { lines, truncated } = read(`rest of a line\n${STAMP} stdout F whole\n`, true);
    assert.deepEqual([lines.map(({ text }) => text), truncated], [['whole'], true]);
  });

  test('what is no such line is left out, and a line longer than is kept is cut', () => {
    const { lines, truncated } = read(`nonsense\n${STAMP} stdin F x\n\n${STAMP} stdout F ${'x'.repeat(9_000)}\n`);
    assert.deepEqual([lines.length, lines[0]?.text.length, truncated], [1, 4_096, true]);
  });

  test('secrets do not stay', () => {
    const { lines, redactions } = read(`${STAMP} stdout F password=hunter2hunter2\n`);
    assert.ok(redactions > 0);
    assert.doesNotMatch(lines[0]?.text ?? '', /hunter2/);
  });
});
