import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BacktraceFrame, ProcessFault } from '../../../agent/domain/evidence.ts';
import { Signal } from '../../../agent/domain/signals.ts';
import { signatureOf } from '../../../agent/explain/signature.ts';
import { addAll, newBook, only } from '../../support/books.ts';
import { Life } from '../../support/life.ts';

const SEGV_MAPERR = 1;
const STACK = { start: '0x7ffc00000000', end: '0x7ffc00800000', access: 'rw-p', growsDown: true } as const;

function frame(offset: string, name?: string, module = 'web'): BacktraceFrame {
  return { address: `0x55${offset.slice(2)}`, module, offset, ...(name === undefined ? {} : { function: name }) };
}

/** The main program crashes at an address; without frames nobody saw where. */
function signature(address: string, frames?: readonly BacktraceFrame[], more: Partial<ProcessFault> = {}): string {
  const life = new Life();
  const main = life.main(['web']);
  life.wait(1_000).fault(Signal.SEGV, main, SEGV_MAPERR, { faultAddress: address });
  if (frames !== undefined) life.trace(main, frames, { address, ...more });
  life.killed(main, Signal.SEGV);
  const book = newBook();
  book.identify(life.identity);
  addAll(book, life.records);
  const { facts, verdict } = only(book.take(life.now));
  return signatureOf(facts, verdict);
}

describe('the signature of a crash', () => {
  const parse = [frame('0x1200', 'parse'), frame('0x1400', 'main')];

  test('tells two functions apart, and is the same for one in every run and build', () => {
    assert.notEqual(signature('0x0', parse), signature('0x0', [frame('0x1300', 'render')]));
    assert.equal(signature('0x0', parse), signature('0x0', [frame('0x1288', 'parse'), frame('0x1500', 'main')]));
  });

  test('goes by the place in the file where the program has no symbols', () => {
    assert.equal(signature('0x7f0011112222', [frame('0x1200')]), signature('0x7f0099992222', [frame('0x1200')]));
    assert.notEqual(signature('0x0', [frame('0x1200')]), signature('0x0', [frame('0x1300')]));
  });

  test('names who called a library, not what every program calls', () => {
    const libraries: readonly (readonly BacktraceFrame[])[] = [
      [frame('0x9000', 'memcpy', 'libc.so.6')],
      // Linked into the program: a panic of Rust, and how Go ends.
      [frame('0x9100', '__rustc::rust_begin_unwind'), frame('0x9200', 'core::panicking::panic_fmt')],
      [frame('0x9300', '<alloc::string::String as core::clone::Clone>::clone')],
      [frame('0x9400', 'runtime.raise'), frame('0x9500', 'runtime.fatalpanic')],
    ];
    for (const frames of libraries) assert.equal(signature('0x0', [...frames, ...parse]), signature('0x0', parse));
  });

  test('of a full stack leaves out the function that chance chose', () => {
    const full = {
      address: '0x7ffbfffffff8',
      stackPointer: '0x7ffc00000010',
      above: STACK,
      stackLimitBytes: 8_388_608,
    };
    const overflow = (name: string): string => signature(full.address, [frame('0x1200', name)], full);
    assert.equal(overflow('even'), overflow('odd'));
    assert.notEqual(overflow('even'), signature('0x0', [frame('0x1200', 'even')]));
  });

  test('without a backtrace is the beginning of the one with it', () => {
    assert.ok(signature('0x0', parse).startsWith(`${signature('0x0')}\n`));
  });
});
