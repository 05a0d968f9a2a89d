import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runtimeSockets } from '../../../../agent/collectors/kernel/runtime-sockets.ts';
import { DEFAULT_SETTINGS } from '../../../../agent/domain/settings.ts';
import { PROTOCOL, RUNTIME } from '../../../../agent/native/layout.ts';

function dockers(setting: string): readonly string[] {
  return runtimeSockets({ ...DEFAULT_SETTINGS, docker: setting })
    .filter(({ runtime }) => runtime === RUNTIME.docker)
    .map(({ path }) => path);
}

test('Docker’s socket is watched by both names of its folder, whichever the daemon bound', () => {
  for (const setting of ['/var/run/docker.sock', '/run/docker.sock', 'auto', 'off']) {
    const paths = dockers(setting);
    assert.ok(paths.includes('/run/docker.sock') && paths.includes('/var/run/docker.sock'), setting);
  }
});

test('another Docker than the one whose names are known is not watched', () => {
  assert.deepEqual(dockers('/srv/docker/docker.sock'), ['/srv/docker/docker.sock']);
});

test('a link is watched together with what it leads to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inq-sockets-'));
  try {
    writeFileSync(join(folder, 'real.sock'), '');
    symlinkSync(join(folder, 'real.sock'), join(folder, 'link.sock'));
    assert.deepEqual(dockers(join(folder, 'link.sock')), [join(folder, 'link.sock'), join(folder, 'real.sock')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a rootless daemon is its user’s, also before it is there', () => {
  const [socket] = runtimeSockets({ ...DEFAULT_SETTINGS, docker: '/run/user/4242/docker.sock' }).filter(
    ({ runtime }) => runtime === RUNTIME.docker,
  );
  assert.equal(socket?.uid, 4_242);
});

test('the others are watched where they usually are, and must be root’s; what they say is read where it is HTTP', () => {
  const sockets = runtimeSockets(DEFAULT_SETTINGS);
  const podman = sockets.find(({ path }) => path === '/run/podman/podman.sock');
  const containerd = sockets.find(({ path }) => path === '/run/containerd/containerd.sock');
  assert.deepEqual([podman?.runtime, podman?.protocol, podman?.uid], [RUNTIME.podman, PROTOCOL.http, 0]);
  assert.deepEqual(
    [containerd?.runtime, containerd?.protocol, containerd?.uid],
    [RUNTIME.containerd, PROTOCOL.opaque, 0],
  );
});

test('a path that no socket can have is left out', () => {
  assert.deepEqual(dockers(`/srv/${'x'.repeat(200)}/docker.sock`), []);
});
