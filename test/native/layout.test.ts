import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { KIND, LAYOUT } from '../../agent/native/layout.ts';
import { binding, skip } from './support.ts';

test('the table in TypeScript is the one the compiler made', { skip }, () => {
  assert.deepEqual({ ...LAYOUT }, { ...binding.layout });
});

test('kinds have the numbers of the header', { skip }, () => {
  const header = readFileSync(new URL('../../bpf/inquest.h', import.meta.url), 'utf8');
  for (const [name, value] of Object.entries(KIND)) {
    const constant = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    assert.match(header, new RegExp(`INQ_${constant} = ${String(value)},`));
  }
});
