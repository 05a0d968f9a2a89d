import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { letGo } from '../../../../extension/hosts/client-process.ts';

for (const [name, trap, signal] of [
  ['that ends when it is asked', '', 'SIGTERM'],
  ['that sleeps over the request', 'trap "" TERM;', 'SIGKILL'],
] as const) {
  test(`a client ${name} does not outlive its link`, { skip: process.platform === 'win32' }, async () => {
    const script = `${trap} echo here; while :; do sleep 60; done`;
    const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    await once(child.stdout, 'data');
    const exited = once(child, 'exit');
    letGo(child);
    assert.deepEqual(await exited, [null, signal]);
  });
}
