import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../../support/agent.ts';
import { makeBusyboxRootfs } from '../../support/busybox.ts';
import { containerdUnavailable } from '../../support/containerd.ts';
import { findProgram } from '../../support/find-program.ts';
import { ok } from '../../support/rootfs.ts';

describe('a container that no runtime knows', { skip: containerdUnavailable() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'inq-runc-'));
  const id = randomBytes(32).toString('hex');
  const agent = new TestAgent({ docker: 'off' });
  const runc = (...argv: string[]): Promise<string> =>
    ok(findProgram('runc') ?? 'runc', ['--root', join(folder, 'state'), ...argv]);

  before(async () => {
    const bundle = join(folder, 'bundle');
    mkdirSync(bundle);
    makeBusyboxRootfs(join(bundle, 'rootfs'));
    await runc('spec', '--bundle', bundle);
    const file = join(bundle, 'config.json');
    const spec = readFileSync(file, 'utf8')
      .replace('"terminal": true', '"terminal": false')
      .replace(/"args": \[\s*"sh"\s*\]/, '"args": ["sleep", "1000"]')
      // This machine may not raise the limit of open files.
      .replace(/"rlimits": \[[^\]]*\],?/, '')
      .replace(/"linux": \{/, `"linux": { "cgroupsPath": "/plain/${id}",`);
    writeFileSync(file, spec);
    await agent.start();
    // It would keep what a caller listens to open as long as it runs.
    const script = 'exec "$@" >/dev/null 2>&1 </dev/null';
    const run = [findProgram('runc') ?? 'runc', '--root', join(folder, 'state'), 'run', '--detach'];
    await ok('sh', ['-c', script, 'sh', ...run, '--bundle', bundle, id]);
  });

  after(async () => {
    await agent.remove();
    await runc('delete', '--force', id);
    rmSync(folder, { recursive: true, force: true });
  });

  test('is explained from the kernel alone', async () => {
    await runc('kill', id, 'KILL');
    const report = await agent.explain(id.slice(0, 12));
    assert.equal(report.cause, 'kill.host', report.headline);
    assert.equal(report.certainty, 'certain');
    assert.match(report.headline, /runc .*sent SIGKILL to sleep \(PID 1\)/);
    assert.deepEqual([report.container.runtime, report.container.name], ['unknown', null]);
    assert.ok(report.settled && report.complete);
  });
});
