import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { findBundle, readBundle } from '../../../../extension/install/bundle.ts';
import { InstallError } from '../../../../extension/install/problem.ts';
import { compareVersions } from '../../../../extension/install/versions.ts';
import { packBundle } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'inq-bundles-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof InstallError) return error.problem.reason;
    throw error;
  }
  return 'fine';
}

test('what a bundle is for is read from inside it, whatever it is called', async () => {
  const file = await packBundle(folder, 'inquest-1.2.3-linux-arm64');
  const renamed = join(folder, 'download (1).tgz');
  copyFileSync(file, renamed);
  const { version, architecture, sha256, bytes, unpackedBytes } = await readBundle(file);
  assert.deepEqual([version, architecture], ['1.2.3', 'arm64']);
  assert.ok(unpackedBytes > bytes);
  writeFileSync(`${renamed}.sha256`, `${sha256} *download (1).tgz\r\n`);
  assert.equal((await readBundle(renamed)).name, 'inquest-1.2.3-linux-arm64');
});

test('nothing is taken whose checksum is missing or another one', async () => {
  const file = await packBundle(folder, 'inquest-1.2.4-linux-x64');
  appendFileSync(file, 'x');
  assert.equal(await reasonOf(readBundle(file)), 'checksum');
  const alone = join(mkdtempSync(join(folder, 'alone-')), 'inquest-1.2.4-linux-x64.tar.gz');
  copyFileSync(file, alone);
  assert.equal(await reasonOf(readBundle(alone)), 'no-checksum');
});

test('what is no bundle is said to be none', async () => {
  const text = join(folder, 'notes.tar.gz');
  writeFileSync(text, 'not even gzip');
  assert.equal(await reasonOf(readBundle(text)), 'not-a-bundle');
  const other = join(folder, 'other.tar.gz');
  writeFileSync(other, gzipSync(Buffer.alloc(10_240, 'a')));
  assert.equal(await reasonOf(readBundle(other)), 'not-a-bundle');
  assert.equal(await reasonOf(readBundle(join(folder, 'gone.tar.gz'))), 'not-a-bundle');
});

test('of a folder the newest for the processor is taken, by version and not by spelling', async () => {
  for (const version of ['0.9.0', '0.10.0', '0.10.0-rc.1']) await packBundle(folder, `inquest-${version}-linux-x64`);
  const own = mkdtempSync(join(folder, 'several-'));
  for (const version of ['0.9.0', '0.10.0', '0.10.0-rc.1']) {
    copyFileSync(join(folder, `inquest-${version}-linux-x64.tar.gz`), join(own, `inquest-${version}-linux-x64.tar.gz`));
  }
  assert.equal(await findBundle(own, 'x64'), join(own, 'inquest-0.10.0-linux-x64.tar.gz'));
  assert.equal(await reasonOf(findBundle(own, 'arm64')), 'no-bundle');
  assert.equal(await reasonOf(findBundle(join(own, 'gone'), 'x64')), 'no-bundle');
  const file = join(own, 'inquest-0.9.0-linux-x64.tar.gz');
  assert.equal(await findBundle(file, 'x64'), file);
});

test('versions are compared by their numbers, and a pre-release comes before its release', () => {
  const sorted = ['1.10.0', '1.9.0', '1.10.0-rc.2', '1.10.0-rc.1'].sort(compareVersions);
  assert.deepEqual(sorted, ['1.9.0', '1.10.0-rc.1', '1.10.0-rc.2', '1.10.0']);
  assert.equal(compareVersions('1.0.0', '1.0.0'), 0);
});
