import assert from 'node:assert/strict';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { refuseUnsafeEnvironment } from '../../../agent/cli/settings/environment.ts';
import { loadSettings } from '../../../agent/cli/settings/load.ts';
import { DEFAULT_SETTINGS } from '../../../agent/domain/settings.ts';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inquest-settings-'));
  file = join(folder, 'agent.json');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(settings: unknown, mode = 0o644): Promise<void> {
  await writeFile(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  await chmod(file, mode);
}

test('the file is overridden by the environment, and that by flags', async () => {
  await write({ data: '/file', docker: 'off', retentionDays: 7 });
  const settings = await loadSettings({
    file,
    env: { INQUEST_DATA: '/env', INQUEST_RETENTION_DAYS: '8', INQUEST_DETACH_ON_STOP: 'true', INQUEST_SOCKET: '' },
    flags: { data: '/flag', logLevel: undefined },
  });
  assert.deepEqual(settings, {
    ...DEFAULT_SETTINGS,
    data: '/flag',
    docker: 'off',
    retentionDays: 8,
    detachOnStop: true,
  });
});

test('a setting that does not exist is named with the one that was meant', async () => {
  await write({ sokcet: '/run/x.sock' });
  await assert.rejects(loadSettings({ file, env: {}, flags: {} }), {
    reason: 'bad-settings',
    message: /knows no setting “sokcet”/,
    next: 'Did you mean socket?',
  });
});

test('a wrong value is refused with where it came from', async () => {
  const refused = async (
    env: Readonly<Record<string, string>>,
    flags: { readonly logLevel?: string },
    message: RegExp,
  ) => {
    await assert.rejects(loadSettings({ file, env, flags }), { reason: 'bad-settings', message });
  };
  await write({});
  await refused({ INQUEST_SOCKET: 'relative.sock' }, {}, /the environment: INQUEST_SOCKET: must be an absolute path/);
  await refused({ INQUEST_SOCKET: `/${'x'.repeat(120)}` }, {}, /at most 107 bytes/);
  await refused({ INQUEST_RETENTION_BYTES: '1' }, {}, /INQUEST_RETENTION_BYTES/);
  await refused({ INQUEST_DETACH_ON_STOP: 'maybe' }, {}, /INQUEST_DETACH_ON_STOP/);
  await refused({}, { logLevel: 'loud' }, /the command line: --log-level/);
  await write({ docker: 'tcp://host' });
  await refused({}, {}, /“docker”: must be an absolute path, auto or off/);
  await write([]);
  await refused({}, {}, /must be one JSON object/);
  await write('{');
  await refused({}, {}, /not valid JSON/);
});

test('a file that others could have written is refused', async () => {
  for (const mode of [0o664, 0o646]) {
    await write({}, mode);
    await assert.rejects(loadSettings({ file, env: {}, flags: {} }), { reason: 'bad-settings', next: /chmod go-w/ });
  }
  await assert.rejects(loadSettings({ file: folder, env: {}, flags: {} }), { message: /not a regular file/ });
  await write(`"${'x'.repeat(70_000)}"`);
  await assert.rejects(loadSettings({ file, env: {}, flags: {} }), { message: /larger than settings can be/ });
});

const isRoot = process.geteuid?.() === 0;

test('a file of somebody else is refused', { skip: isRoot ? false : 'needs root' }, async () => {
  await write({});
  await chown(file, 65_534, 0);
  await assert.rejects(loadSettings({ file, env: {}, flags: {} }), { reason: 'bad-settings', next: /chown root/ });
});

test('a file that was named must exist; the usual one need not', async () => {
  await assert.rejects(loadSettings({ file: join(folder, 'none.json'), env: {}, flags: {} }), {
    reason: 'bad-settings',
  });
});

test('an unsafe environment is refused, naming every variable', () => {
  refuseUnsafeEnvironment({ PATH: '/bin' });
  assert.throws(
    () => {
      refuseUnsafeEnvironment({ NODE_OPTIONS: '--require x', LD_PRELOAD: '' });
    },
    {
      reason: 'unsafe-environment',
      message: /NODE_OPTIONS and LD_PRELOAD/,
      next: 'env -u NODE_OPTIONS -u LD_PRELOAD inquest agent',
    },
  );
});
