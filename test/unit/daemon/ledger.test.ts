import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Ledger } from '../../../agent/daemon/ledger.ts';
import { Log } from '../../../agent/daemon/log.ts';
import type { Death } from '../../../agent/domain/death.ts';
import { InquestError } from '../../../agent/domain/errors.ts';
import { openStore } from '../../../agent/store/open.ts';
import type { DeathStore } from '../../../agent/store/types.ts';
import { death } from '../store/support.ts';

function opened(t: TestContext): DeathStore {
  const directory = mkdtempSync(join(tmpdir(), 'inq-ledger-'));
  const store = openStore({ directory, host: 'h', retentionDays: 30, retentionBytes: 1e9, retentionIntervalMs: 0 });
  t.after(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return store;
}

function quiet(lines: string[] = []): Log {
  return new Log('error', (line) => lines.push(line), false);
}

test('a death is durable before anybody is told', (t) => {
  const store = opened(t);
  const ledger = new Ledger(store, quiet());
  const seen: (Death | undefined)[] = [];
  ledger.onChanged(() => seen.push(store.current(death('a').id)));
  ledger.record([death('a')]);
  assert.equal(seen.length, 1);
  assert.equal(seen[0]?.id, death('a').id);
});

test('what the store does not take waits in order, is told in the log, and is announced once it is written', async (t) => {
  const store = opened(t);
  const lines: string[] = [];
  const ledger = new Ledger(store, quiet(lines));
  const told = Promise.withResolvers<undefined>();
  ledger.onChanged(() => {
    told.resolve(undefined);
  });
  // The store's own way of failing is tested with a full disk; here it fails once, by hand.
  t.mock.method(
    store,
    'recordAll',
    () => {
      throw new InquestError('store-full', 'no space left');
    },
    { times: 1 },
  );
  ledger.record([death('a')]);
  assert.match(lines.join(''), /wait in memory: no space left/);
  await told.promise;
  assert.equal(store.current(death('a').id)?.id, death('a').id);
});
