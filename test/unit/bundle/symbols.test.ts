import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tooNew } from '../../../.config/bundle/symbols.ts';

const line = (symbol: string, version: string): string =>
  `0000000000000000      DF *UND*\t0000000000000000 (${version}) ${symbol}`;

test('a symbol that glibc 2.31 or GCC 10 has not is named with what it needs', () => {
  const table = [
    line('fstat', 'GLIBC_2.33'),
    line('dlopen', 'GLIBC_2.31'),
    line('__throw', 'GLIBCXX_3.4.29'),
    line('memcpy', 'GLIBC_2.14'),
    line('_Unwind_Resume', 'GCC_3.0'),
  ].join('\n');
  assert.deepEqual(tooNew(table), ['fstat needs GLIBC_2.33', '__throw needs GLIBCXX_3.4.29']);
});

test('weak symbols, those without parentheses and those of arm64 count too; what Node.js gives does not', () => {
  const table = [
    '0000000000000000  w   DF *UND*\t0000000000000000 (GLIBC_2.34) pthread_once',
    '0000000000000000      DF *UND*\t0000000000000000  GLIBC_2.36 arc4random',
    '0000000000000000      DF *UND*\t0000000000000000  Base        napi_throw',
    '0000000000000000      DF *UND*\t0000000000000000              napi_create_error',
    '0000000000012345 g    DF .text\t0000000000000010  GLIBC_2.36  own',
  ].join('\n');
  assert.deepEqual(tooNew(table), ['pthread_once needs GLIBC_2.34', 'arc4random needs GLIBC_2.36']);
});
