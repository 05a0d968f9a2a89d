import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { builtFile, loadBinding } from '../../agent/native/binding.ts';

const skip = builtFile('inquest.node') === undefined ? 'needs the built addon' : false;

function residentFileKib(): number {
  return Number(/^RssFile:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

test('memory that is not needed is given back, and what is needed comes back', { skip }, () => {
  const binding = loadBinding();
  const before = residentFileKib();
  binding.trim();
  assert.ok(residentFileKib() < before);
  binding.trim();
  assert.equal(JSON.stringify(['a', 'b', 'c'].map((letter) => letter.toUpperCase()).sort()), '["A","B","C"]');
  assert.ok(binding.host().pageBytes >= 4_096);
});

test('the boot clock and the wall clock are brought together', { skip }, () => {
  const { bootOffsetNs } = loadBinding().host();
  const bootMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ', 1)[0]) * 1_000;
  const wallMs = Number(bootOffsetNs / 1_000_000n) + bootMs;
  assert.ok(Math.abs(wallMs - Date.now()) < 60_000, 'the same minute, whatever the load');
});
