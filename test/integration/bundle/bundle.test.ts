import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Architecture } from '../../../.config/bundle/architectures.ts';
import { gather } from '../../../.config/bundle/gather.ts';
import { makeTar } from '../../../.config/bundle/pack.ts';

const scratch = mkdtempSync(join(tmpdir(), 'inq-bundle-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const here: Architecture = process.arch === 'arm64' ? 'arm64' : 'x64';

/** A bundle before it is compressed. */
function make(name: string): string {
  const stage = join(scratch, name);
  return makeTar(stage, gather(here, stage));
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

const first = make('first');

test('the same sources give the same bytes', () => {
  assert.equal(digest(first), digest(make('second')));
});

test('unpacked on a machine without anything it runs, loads its addon, and its checksums hold', () => {
  const { status, stderr } = spawnSync('tar', ['-xf', first, '-C', scratch], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const folder = join(scratch, `inquest-${version()}-linux-${here}`);
  const check = spawnSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
  assert.equal(check.status, 0, check.stdout + check.stderr);
  const env = { PATH: '/usr/bin:/bin' };
  const said = spawnSync(join(folder, 'inquest'), ['--version'], { env, encoding: 'utf8' });
  assert.equal(said.stdout.trim(), `inquest ${version()}`, said.stderr);
  const doctor = spawnSync(join(folder, 'inquest'), ['doctor', '--json'], { env, encoding: 'utf8' });
  const checks: unknown = JSON.parse(doctor.stdout);
  assert.match(JSON.stringify(checks), /"id":"addon","title":"[^"]*","state":"ok"/);
});

test('the licences of all that others wrote are in it, and nobody’s source map or development file', () => {
  const { stdout } = spawnSync('tar', ['-tf', first], { encoding: 'utf8' });
  const names = stdout
    .split('\n')
    .map((path) => path.split('/').at(1) ?? '')
    .filter((name) => name !== '');
  for (const needed of [
    'node',
    'inquest',
    'inquest.mjs',
    'inquest.node',
    'inquest.bpf.o',
    'LICENSE',
    'SHA256SUMS',
    'inquest.service',
  ]) {
    assert.ok(names.includes(needed), needed);
  }
  assert.deepEqual(
    names.filter((name) => /\.map$|^server\.mjs$|\.cjs$|\.h$/.test(name)),
    [],
  );
  const text = spawnSync('tar', ['-xOf', first, '--wildcards', '*/THIRD-PARTY-LICENSES.txt'], {
    encoding: 'utf8',
    maxBuffer: 16e6,
  }).stdout;
  for (const name of ['Node.js', 'libbpf', 'libelf', 'zlib', 'dockerode', 'zod', 'vscode-jsonrpc']) {
    assert.match(text, new RegExp(`^=+\n${name.replace('.', '\\.')}[ \n(]`, 'm'), name);
  }
});

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));
  assert.ok(typeof manifest === 'object' && manifest !== null && 'version' in manifest);
  return String(manifest.version);
}
