import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { HANDLERS } from '../../../agent/server/handlers.ts';
import { SCHEMAS } from '../../../agent/server/schemas.ts';
import { TokenBucket } from '../../../agent/server/token-bucket.ts';

test('every method of the protocol has a schema and a handler, and there are no others', async () => {
  const source = await readFile(new URL('../../../agent/domain/protocol.ts', import.meta.url), 'utf8');
  const requests = /export interface Requests \{([^]*?)\n\}/.exec(source)?.[1] ?? '';
  const methods = [...requests.matchAll(/^ {2}'([^']+)':/gm)].map(([, method]) => method).sort();
  assert.ok(methods.length >= 10);
  assert.deepEqual(Object.keys(SCHEMAS).sort(), methods);
  assert.deepEqual(Object.keys(HANDLERS).sort(), methods);
});

test('a token bucket gives a burst, then so many a second', () => {
  let now = 0;
  const bucket = new TokenBucket(2, 3, () => now);
  assert.deepEqual([bucket.take(), bucket.take(), bucket.take(), bucket.take()], [true, true, true, false]);
  now += 500;
  assert.deepEqual([bucket.take(), bucket.take()], [true, false]);
  now += 1_000_000;
  assert.deepEqual([bucket.take(), bucket.take(), bucket.take(), bucket.take()], [true, true, true, false]);
});
