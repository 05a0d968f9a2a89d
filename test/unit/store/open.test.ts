import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { InquestError } from '../../../agent/domain/errors.ts';
import { migrate, schemaVersion } from '../../../agent/store/migrate.ts';
import { SCHEMA_VERSION } from '../../../agent/store/migrations/index.ts';
import { container, death, deathId, START, temporaryDirectory, temporaryStore } from './support.ts';

const V1 = new URL('./fixtures/v1.sql', import.meta.url);

function makeDatabase(directory: string, sql: string): string {
  const path = join(directory, 'inquest.db');
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  return path;
}

function schemaOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
    return rows.map(({ name, sql }) => [name, String(sql).replaceAll(/\s+/g, ' ')]);
  } finally {
    database.close();
  }
}

function hasReason(reason: string, next: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof InquestError && error.reason === reason && next.test(error.next ?? '');
}

describe('opening a store', () => {
  it('makes directory and files that nobody else can read', (t) => {
    const directory = join(temporaryDirectory(t), 'a', 'b');
    const store = temporaryStore(t, { directory });
    store.record(death('a'));
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
    assert.deepEqual(store.opened, {
      created: true,
      migratedFrom: undefined,
      recoveredFrom: undefined,
      movedFrom: undefined,
    });
  });

  it('has a write-ahead log and can give space back', async (t) => {
    const store = temporaryStore(t);
    const database = new DatabaseSync(store.path);
    t.after(() => {
      database.close();
    });
    assert.deepEqual({ ...database.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
    assert.deepEqual({ ...database.prepare('PRAGMA auto_vacuum').get() }, { auto_vacuum: 2 });
    assert.equal((await store.reader.stats()).schemaVersion, SCHEMA_VERSION);
  });

  it('keeps its deaths when it is opened again', async (t) => {
    const directory = temporaryDirectory(t);
    const first = temporaryStore(t, { directory });
    first.record(death('a'));
    await first.close();
    const second = temporaryStore(t, { directory });
    assert.equal(second.opened.created, false);
    assert.equal(second.opened.migratedFrom, undefined);
    assert.deepEqual(await second.reader.get(deathId('a')), death('a'));
  });

  it('says when the database comes from another host', async (t) => {
    const directory = temporaryDirectory(t);
    await temporaryStore(t, { directory, host: 'node-1' }).close();
    assert.equal(temporaryStore(t, { directory, host: 'node-2' }).opened.movedFrom, 'node-1');
  });

  it('lets one agent write at a time, and the next one when that has gone', async (t) => {
    const directory = temporaryDirectory(t);
    const first = temporaryStore(t, { directory });
    assert.throws(() => temporaryStore(t, { directory }), hasReason('agent-already-running', /Stop the other agent/));
    await first.close();
    temporaryStore(t, { directory }).record(death('a'));
  });

  it('refuses a directory into which others may write', (t) => {
    const directory = join(temporaryDirectory(t), 'open');
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    assert.throws(() => temporaryStore(t, { directory }), hasReason('unsafe-environment', /chmod go-w/));
  });

  it('says what to do when the directory cannot be made', (t) => {
    const file = join(temporaryDirectory(t), 'file');
    writeFileSync(file, '');
    const directory = join(file, 'store');
    assert.throws(() => temporaryStore(t, { directory }), hasReason('store-failed', /"data"/));
  });

  it('does not touch a database of another program', (t) => {
    const directory = temporaryDirectory(t);
    const path = makeDatabase(directory, 'CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
    const before = readFileSync(path);
    assert.throws(() => temporaryStore(t, { directory }), hasReason('store-failed', /another directory/));
    assert.deepEqual(readFileSync(path), before);
  });
});

describe('schema versions', () => {
  it('brings a database of version 1 up to date with all it holds', async (t) => {
    const directory = temporaryDirectory(t);
    const path = makeDatabase(directory, readFileSync(V1, 'utf8'));
    const store = temporaryStore(t, { directory });
    assert.equal(store.opened.migratedFrom, 1);
    const kept = death('v1', { container: container('web', { labels: { team: 'shop' } }) });
    assert.deepEqual(await store.reader.get(deathId('v1')), kept);
    const { deaths } = await store.reader.list({ filter: { labels: { team: 'shop' } } });
    assert.deepEqual(
      deaths.map(({ sequence, change }) => [sequence, change]),
      [[41, 57]],
    );
    assert.equal(store.record(kept).changed, false);
    assert.equal(store.record(death('next')).change, 58);
    const fresh = temporaryStore(t);
    assert.deepEqual(schemaOf(path), schemaOf(fresh.path));
  });

  it('leaves a newer database as it is and says what to do', (t) => {
    const directory = temporaryDirectory(t);
    const path = makeDatabase(directory, `${readFileSync(V1, 'utf8')}; PRAGMA user_version = 99`);
    const before = readFileSync(path);
    assert.throws(() => temporaryStore(t, { directory }), hasReason('store-newer', /newer version/));
    assert.deepEqual(readFileSync(path), before);
  });

  it('undoes a step that fails and keeps those before it', (t) => {
    const database = new DatabaseSync(':memory:');
    t.after(() => {
      database.close();
    });
    const steps = [
      (target: DatabaseSync): void => {
        target.exec('CREATE TABLE one (x)');
      },
      (target: DatabaseSync): void => {
        target.exec('CREATE TABLE two (x); CREATE TABLE one (x)');
      },
    ];
    assert.throws(() => migrate(database, steps), /already exists/);
    assert.equal(schemaVersion(database), 1);
    assert.deepEqual(
      database
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map(({ name }) => name),
      ['one'],
    );
  });
});

describe('a damaged database', () => {
  it('is moved aside and a new one is started when it is no database at all', async (t) => {
    const directory = temporaryDirectory(t);
    const path = join(directory, 'inquest.db');
    writeFileSync(path, 'this is no database '.repeat(1_000));
    writeFileSync(`${path}-wal`, 'nor is this a log');
    const store = temporaryStore(t, { directory });
    const aside = store.opened.recoveredFrom ?? '';
    assert.match(aside, /inquest\.db\.corrupt-\d{8}T\d{6}Z$/);
    assert.match(readFileSync(aside, 'utf8'), /^this is no database/);
    assert.equal(readFileSync(`${aside}-wal`, 'utf8'), 'nor is this a log');
    store.record(death('a'));
    assert.equal((await store.reader.list({})).deaths.length, 1);
  });

  it('is noticed when a page is damaged, and numbers go on above the old ones', async (t) => {
    const directory = temporaryDirectory(t);
    const first = temporaryStore(t, { directory });
    for (let index = 0; index < 50; index += 1) first.record(death(String(index)));
    const { path } = first;
    await first.close();
    const bytes = readFileSync(path);
    const page = 4_096;
    for (let at = page * 2; at + page <= bytes.length; at += page) bytes.fill(0xa5, at, at + 64);
    writeFileSync(path, bytes);
    const second = temporaryStore(t, { directory });
    assert.ok(existsSync(second.opened.recoveredFrom ?? ''));
    const { sequence, change } = second.record(death('after'));
    assert.ok(sequence > 50 && change > 50);
    const { deaths } = await second.reader.list({ changedAfter: 50 });
    assert.deepEqual(
      deaths.map(({ id }) => id),
      [deathId('after')],
    );
  });

  it('twice in a second keeps both', async (t) => {
    const directory = temporaryDirectory(t);
    for (const _ of [1, 2]) {
      writeFileSync(join(directory, 'inquest.db'), 'garbage '.repeat(1_000));
      await temporaryStore(t, { directory, now: () => START }).close();
    }
    assert.equal(readdirSync(directory).filter((name) => /corrupt-[^-]*(-2)?$/.test(name)).length, 2);
  });

  it('in one body only costs that body', async (t) => {
    const directory = temporaryDirectory(t);
    const first = temporaryStore(t, { directory });
    first.recordAll([death('a'), death('b')]);
    await first.close();
    const raw = new DatabaseSync(join(directory, 'inquest.db'));
    raw.exec("UPDATE bodies SET body = x'789c00' WHERE sequence = 1");
    raw.close();
    const store = temporaryStore(t, { directory });
    await assert.rejects(store.reader.get(deathId('a')), { reason: 'store-corrupt' });
    assert.deepEqual(await store.reader.get(deathId('b')), death('b'));
    const revised = store.record(death('a', { settled: true }));
    assert.equal(revised.revision, 2);
    const kept = await store.reader.get(deathId('a'));
    assert.match(kept?.verdict.notes.join() ?? '', /damaged/);
    assert.equal(kept?.verdict.complete, false);
  });
});
