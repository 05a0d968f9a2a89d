import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findPlaces } from '../../../../agent/daemon/places.ts';
import { RUNTIME_PLACES, placesOf } from '../../../../agent/domain/runtime-sockets.ts';

describe('where runtimes are looked for', () => {
  test('a setting is everywhere, nowhere or one place', () => {
    assert.deepEqual(placesOf('cri', 'auto'), RUNTIME_PLACES.cri);
    assert.deepEqual(placesOf('docker', 'off'), []);
    assert.deepEqual(placesOf('docker', '/srv/docker.sock'), ['/srv/docker.sock']);
  });

  test('what a setting names counts before it exists, and is then a socket, or Podman’s folder', async () => {
    const [docker] = await findPlaces('docker', '/nowhere/docker.sock');
    assert.deepEqual(docker, { path: '/nowhere/docker.sock', isSocket: true, uid: 0, key: '/nowhere/docker.sock' });
    const folder = mkdtempSync(join(tmpdir(), 'inq-places-'));
    const server = createServer();
    try {
      await new Promise<void>((resolve) => server.listen(join(folder, 'podman.sock'), resolve));
      assert.equal((await findPlaces('podman', folder))[0]?.isSocket, false);
      assert.equal((await findPlaces('podman', join(folder, 'podman.sock')))[0]?.isSocket, true);
    } finally {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('both names of a folder are one place', async () => {
    const [one] = await findPlaces('docker', '/var/run/nowhere.sock');
    const [other] = await findPlaces('docker', '/run/nowhere.sock');
    assert.equal(one?.key, other?.key);
  });
});
