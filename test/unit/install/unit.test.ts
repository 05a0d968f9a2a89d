import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutAt } from '../../../agent/install/layout.ts';
import { unitText } from '../../../agent/install/unit.ts';

const lines = unitText(layoutAt('/')).split('\n');

test('bpf is allowed again after the line that denies it with all that is privileged', () => {
  const denied = lines.indexOf('SystemCallFilter=~@privileged');
  const allowed = lines.findIndex((line) => /^SystemCallFilter=.*\bbpf\b/.test(line));
  assert.ok(denied >= 0 && allowed > denied);
});

test('what the agent lives by is left open: the kernel’s log, pins in bpffs, memory for compiled JavaScript, homes to read', () => {
  for (const line of ['DeviceAllow=/dev/kmsg r', 'ReadWritePaths=-/sys/fs/bpf/inquest', 'ProtectHome=read-only']) {
    assert.ok(lines.includes(line), line);
  }
  for (const closes of ['ProtectKernelLogs=yes', 'PrivateDevices=yes', 'MemoryDenyWriteExecute=yes']) {
    assert.ok(!lines.includes(closes), closes);
  }
});
