import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LINE_WINDOW } from '../../../agent/domain/line-window.ts';
import { FileLines } from '../../../agent/lsp/file-lines.ts';

const NEVER = new AbortController().signal;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'inquest-lines-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function textAt(lines: FileLines, path: string, line: number, character = 0): Promise<string | undefined> {
  return (await lines.window(path, line, character, NEVER))?.text;
}

test('lines end as in an editor: LF, CR LF and CR; the last one may be empty', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'a.log');
    await writeFile(path, 'one\r\ntwo\rthree\n\nfünf 💥\n');
    const lines = new FileLines();
    const read = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((line) => textAt(lines, path, line)));
    assert.deepEqual(read, ['one', 'two', 'three', '', 'fünf 💥', '', undefined]);
    assert.equal(await textAt(lines, path, 0, 4), undefined);
  });
});

/** 5 MiB with line ends of every kind on and around the borders of the chunks that are read. */
function manyLines(): string[] {
  return Array.from({ length: 60_000 }, (_, index) => `${String(index)} ${'x'.repeat((index * 7) % 160)}`);
}

test('a large file reads the same as the whole of it would, in any order, with any line end', async () => {
  await inFolder(async (folder) => {
    const expected = manyLines();
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const path = join(folder, 'big.log');
      await writeFile(path, expected.join(lineEnd));
      const lines = new FileLines();
      for (const line of [59_999, 0, 1, 30_000, 12_345, 12_346, 59_998, 45_001]) {
        assert.equal(await textAt(lines, path, line), expected[line], `${JSON.stringify(lineEnd)} ${String(line)}`);
      }
      assert.equal(await textAt(lines, path, 60_000), undefined);
    }
  });
});

test('a log that grows keeps its place; one that is cut, replaced or rewritten is read anew', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'grows.log');
    const first = manyLines();
    await writeFile(path, `${first.join('\n')}\n`);
    const lines = new FileLines();
    assert.equal(await textAt(lines, path, 59_999), first[59_999]);
    await appendFile(path, 'exit code 137\n');
    assert.equal(await textAt(lines, path, 60_000), 'exit code 137');

    await writeFile(path, 'short\nfile\n');
    assert.equal(await textAt(lines, path, 1), 'file');

    const other = join(folder, 'other.log');
    await writeFile(other, `${manyLines().join('\n\n')}\n`);
    await rename(other, path);
    assert.equal(await textAt(lines, path, 2), first[1]);
    assert.equal(await textAt(lines, path, 119_998), first[59_999]);

    // The same file, longer than before, with other lines in it.
    await writeFile(path, `${manyLines().join('\n\n\n')}\n`);
    assert.equal(await textAt(lines, path, 179_997), first[59_999]);
  });
});

test('of a line without end a window is read; far inside of it there is nothing to see', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'one-line.json');
    await writeFile(path, `{"a":"${'ä'.repeat(3 * 1_048_576)}"}`);
    const lines = new FileLines();
    const start = await lines.window(path, 0, 0, NEVER);
    assert.equal(start?.text.length, LINE_WINDOW);
    assert.deepEqual([start.offset, start.cutAfter], [0, true]);
    const inside = await lines.window(path, 0, 100_000, NEVER);
    assert.deepEqual([inside?.offset, inside?.cutAfter], [100_000 - LINE_WINDOW / 2, true]);
    assert.equal(await lines.window(path, 0, 2_000_000, NEVER), undefined);
  });
});

test('folders, fifos and UTF-16 have no lines, and nobody waits for a writer', async () => {
  await inFolder(async (folder) => {
    const lines = new FileLines();
    assert.equal(await textAt(lines, folder, 0), undefined);
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    assert.equal(await textAt(lines, fifo, 0), undefined);
    const utf16 = join(folder, 'utf16.log');
    await writeFile(utf16, Buffer.from('\ufeffexit code 137\n', 'utf16le'));
    assert.equal(await textAt(lines, utf16, 0), undefined);
    const empty = join(folder, 'empty.log');
    await writeFile(empty, '');
    assert.equal(await textAt(lines, empty, 0), '');
    assert.equal(await textAt(lines, empty, 1), undefined);
    await assert.rejects(lines.window(join(folder, 'none'), 0, 0, NEVER), { code: 'ENOENT' });
  });
});

test('a look-up that nobody waits for any more stops; only a few files are remembered', async () => {
  await inFolder(async (folder) => {
    const lines = new FileLines();
    const path = join(folder, 'big.log');
    await writeFile(path, manyLines().join('\n'));
    await assert.rejects(lines.window(path, 59_999, 0, AbortSignal.abort(new Error('gone'))), /gone/);
    for (let index = 0; index < 6; index += 1) {
      const other = join(folder, `${String(index)}.log`);
      await writeFile(other, `a\n${String(index)}\n`);
      assert.equal(await textAt(lines, other, 1), String(index));
    }
    assert.equal(await textAt(lines, path, 59_999), manyLines()[59_999]);
  });
});
