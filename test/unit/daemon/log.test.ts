import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Log } from '../../../agent/daemon/log.ts';

test('says what is asked for and no more, with priorities for the journal', () => {
  const lines: string[] = [];
  const write = (line: string): number => lines.push(line);
  const log = new Log('warn', write, false);
  log.error('a');
  log.warn('b');
  log.info('c');
  log.debug('d');
  new Log('debug', write, true).info('e');
  new Log('debug', write, true).debug('f');
  assert.deepEqual(lines, ['error: a\n', 'warn: b\n', '<6>e\n', '<7>f\n']);
});

test('keeps an entry to one harmless line', () => {
  const lines: string[] = [];
  new Log('info', (line) => lines.push(line), false).info('x\u001b[31m\nfake: entry');
  assert.deepEqual(lines, ['info: x\\x1b[31m\\nfake: entry\n']);
});
