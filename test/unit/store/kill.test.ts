import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../../agent/store/open.ts';
import { death, deathId, temporaryDirectory } from './support.ts';

const WRITER = fileURLToPath(new URL('./fixtures/endless-writer.ts', import.meta.url));
const ROUNDS = 10;

/** Runs the writer until it has acknowledged some more than `enough` lines, kills it, and gives back what it acknowledged. */
async function writeAndKill(directory: string, round: number, enough: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [WRITER, directory, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > enough) child.kill('SIGKILL');
  });
  try {
    await closed;
  } finally {
    child.kill('SIGKILL');
  }
  assert.equal(child.signalCode, 'SIGKILL');
  // The last line counts only with its end: without it the writer died while it said so.
  return output.split('\n').slice(0, -1);
}

describe('an agent killed while it writes', () => {
  it(`has lost nothing that it acknowledged, in ${String(ROUNDS)} rounds`, async (t) => {
    const directory = temporaryDirectory(t);
    const acknowledged = new Map<string, number>();
    let count = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const line of await writeAndKill(directory, round, 20 + round * 17)) {
        const [seed = '', revision = ''] = line.split(' ');
        acknowledged.set(seed, Number(revision));
        count += 1;
      }
      const store = openStore({ directory, host: 'node-1', retentionDays: 30, retentionBytes: 1_073_741_824 });
      try {
        assert.equal(store.opened.recoveredFrom, undefined);
        for (const [seed, revision] of acknowledged) {
          const kept = store.current(deathId(seed));
          assert.ok((kept?.revisions.length ?? 0) >= revision, `${seed} in revision ${String(revision)}`);
          assert.deepEqual(kept?.evidence, death(seed).evidence);
        }
      } finally {
        await store.close();
      }
    }
    t.diagnostic(`${String(count)} acknowledged writes, none lost`);
    assertWhole(`${directory}/inquest.db`);
  });
});

/** Every death has its body, all its revisions and its outbox rows: no transaction was written in part. */
function assertWhole(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const partial = database
      .prepare(
        `SELECT d.id FROM deaths d WHERE NOT EXISTS (SELECT 1 FROM bodies b WHERE b.sequence = d.sequence)
         OR (SELECT count(*) FROM revisions r WHERE r.sequence = d.sequence) != d.revision
         OR (SELECT count(*) FROM outbox o WHERE o.death_id = d.id) != d.revision`,
      )
      .all();
    assert.deepEqual(partial, []);
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    assert.deepEqual(database.prepare('PRAGMA foreign_key_check').all(), []);
  } finally {
    database.close();
  }
}
