import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { LOG_READ_LINES } from '../../../../agent/domain/log-tail.ts';
import { BoltError, BoltReader } from '../../../../agent/collectors/podman/bolt.ts';
import { readContainer, readContainers } from '../../../../agent/collectors/podman/database.ts';
import { identityOf, stateOf } from '../../../../agent/collectors/podman/identity.ts';
import { parseJournal } from '../../../../agent/collectors/podman/journal.ts';
import { parseMonitor, storageOf } from '../../../../agent/collectors/podman/monitor.ts';
import { createPodmanCollector } from '../../../../agent/collectors/podman/podman-collector.ts';
import { RecordingSink } from '../../../support/recording-sink.ts';

const ID = 'e1'.repeat(32);

describe('conmon’s arguments', () => {
  const argv = (bundle: string, more: readonly string[] = []): string[] => [
    ...['/usr/bin/conmon', '--api-version', '1', '-c', ID, '-u', ID, '-r', '/usr/bin/crun', '-b', bundle],
    ...['-p', '/run/x/pidfile', '-n', 'web', '--exit-dir', '/run/libpod/exits', '-l', 'k8s-file:/x/ctr.log', ...more],
  ];

  test('name the container, its bundle and so its storage, its exit code and its log', () => {
    const monitor = parseMonitor(argv(`/home/a/storage/overlay-containers/${ID}/userdata`), 1_000);
    assert.deepEqual(monitor, {
      containerId: ID,
      name: 'web',
      bundle: `/home/a/storage/overlay-containers/${ID}/userdata`,
      exitDir: '/run/libpod/exits',
      pidFile: '/run/x/pidfile',
      log: { driver: 'k8s-file', path: '/x/ctr.log' },
      uid: 1_000,
    });
    assert.equal(storageOf(monitor), '/home/a/storage');
  });

  test('of CRI-O, or with a bundle of another container, are not Podman’s', () => {
    assert.equal(parseMonitor(argv(`/run/containers/storage/overlay/${ID}/userdata`), 0), undefined);
    assert.equal(parseMonitor(argv(`/s/overlay-containers/${'a'.repeat(64)}/userdata`), 0), undefined);
    assert.equal(parseMonitor(['conmon'], 0), undefined);
  });

  test('only the first of an option counts, so that what follows in the exit command is not taken for one', () => {
    const bundle = `/s/overlay-containers/${ID}/userdata`;
    const monitor = parseMonitor(argv(bundle, ['--exit-command-arg', '-n', '-n', 'other']), 0);
    assert.equal(monitor?.name, 'web');
  });
});

const CONFIG = {
  id: ID,
  name: 'web',
  rootfsImageName: 'localhost/shop:1',
  rootfsImageID: 'b8cd',
  shmSize: 65_536_000,
  command: ['sleep', '1000'],
  labels: { app: 'shop' },
  stopSignal: 15,
  stopTimeout: 7,
  createdTime: '2026-11-24T22:49:38.575515031Z',
  CreateCommand: ['podman', 'run', '--env', 'PASSWORD=hunter2'],
  restart_policy: 'on-failure',
  restart_retries: 3,
  spec: {
    annotations: { 'io.podman.annotations.init': 'TRUE' },
    process: { args: ['/dev/init', '--', 'sleep', '1000'], env: ['PASSWORD=hunter2', 'HOME=/'] },
    linux: { namespaces: [{ type: 'pid' }], resources: { memory: { limit: 33_554_432 }, pids: { limit: 2_048 } } },
  },
};
const STATE = {
  state: 6,
  startedTime: '2026-11-24T22:49:39Z',
  finishedTime: '2026-11-24T22:49:43Z',
  exitCode: 137,
  exited: true,
};
const SECOND = 1_000_000;
const AT = Date.UTC(2026, 10, 24, 22, 49, 43) * 1_000;

/** As libpod makes it: what is declared as text holds bytes, at least from version 5 on. */
function makeDatabase(path: string, asStored: (json: string) => string | Uint8Array): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      'CREATE TABLE ContainerConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT, PodID TEXT, JSON TEXT NOT NULL)',
    );
    database.exec(
      'CREATE TABLE ContainerState(ID TEXT PRIMARY KEY NOT NULL, State INTEGER, ExitCode INTEGER, JSON TEXT)',
    );
    const config = database.prepare('INSERT INTO ContainerConfig VALUES (?, ?, NULL, ?)');
    const state = database.prepare('INSERT INTO ContainerState VALUES (?, 6, 137, ?)');
    config.run(ID, 'web', asStored(JSON.stringify(CONFIG)));
    state.run(ID, asStored(JSON.stringify(STATE)));
    config.run('f'.repeat(64), 'odd', asStored('{'));
    state.run('f'.repeat(64), asStored('{}'));
  } finally {
    database.close();
  }
}

describe('libpod’s SQLite database', () => {
  let storage: string;

  before(() => {
    storage = mkdtempSync(join(tmpdir(), 'inq-libpod-'));
    makeDatabase(join(storage, 'db.sql'), (json) => Buffer.from(json));
  });

  after(() => {
    rmSync(storage, { recursive: true, force: true });
  });

  test('gives a container by its id and all of them; what cannot be read is left out', () => {
    assert.equal(readContainer(storage, ID)?.config.name, 'web');
    assert.equal(readContainer(storage, 'a'.repeat(64)), undefined);
    assert.deepEqual(
      readContainers(storage).map(({ config }) => config.id),
      [ID],
    );
    assert.deepEqual(readContainers(join(storage, 'nowhere')), []);
  });

  test('is found below libpod’s own folder too, and read where its columns are text', () => {
    const other = mkdtempSync(join(tmpdir(), 'inq-libpod-'));
    try {
      mkdirSync(join(other, 'libpod'));
      makeDatabase(join(other, 'libpod', 'db.sql'), (json) => json);
      assert.equal(readContainer(other, ID)?.config.name, 'web');
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  test('says who a container is, without how it was called and what its environment holds', () => {
    const container = readContainer(storage, ID);
    assert.ok(container !== undefined);
    const identity = identityOf(container);
    assert.deepEqual(
      [identity.name, identity.image, identity.labels, identity.stopTimeoutSeconds, identity.restartPolicy],
      ['web', 'localhost/shop:1', { app: 'shop' }, 7, { name: 'on-failure', maximumRetries: 3 }],
    );
    assert.deepEqual(identity.limits, { memoryBytes: 33_554_432, pids: 2_048, shmBytes: 65_536_000 });
    assert.deepEqual(
      [identity.usesInit, identity.hostPid, identity.environmentNames],
      [true, false, ['HOME', 'PASSWORD']],
    );
    assert.doesNotMatch(JSON.stringify(identity), /hunter2/);
  });

  test('says how it ended; an exit code that conmon left counts before libpod has heard of it', () => {
    const container = readContainer(storage, ID);
    assert.ok(container !== undefined);
    const ended = stateOf(container, undefined, 5);
    assert.deepEqual(
      [ended.at, ended.data.running, ended.data.exitCode, ended.data.oomKilled],
      [AT, false, 137, false],
    );
    const running = { ...container, state: { ...container.state, status: 3, exitCode: 0 } };
    assert.equal(stateOf(running, undefined, AT).data.running, true);
    const left = stateOf(running, 143, AT + SECOND);
    assert.deepEqual([left.data.running, left.data.exitCode, left.data.finishedAt], [false, 143, AT + SECOND]);
  });

  test('is what the collector answers from', async () => {
    const collector = createPodmanCollector({ storages: [storage], monitors: () => Promise.resolve([]) });
    const sink = new RecordingSink();
    await collector.start(sink);
    const dead = await collector.dead();
    assert.deepEqual(
      dead.map(({ identity }) => identity.name),
      ['web'],
    );
    assert.equal((await collector.inspect(ID))?.state.data.exitCode, 137);
    assert.equal(await collector.inspect('a'.repeat(64)), undefined);
    await collector.stop();
  });
});

describe('lines of the journal', () => {
  const entry = (fields: object): string => JSON.stringify({ __REALTIME_TIMESTAMP: '1795983659341980', ...fields });
  const texts = (...entries: string[]) => {
    const tail = parseJournal(entries.join('\n'));
    return { lines: tail.lines.map(({ stream, text }) => `${stream}: ${text}`), truncated: tail.truncated };
  };

  test('are those of the two streams, by priority', () => {
    const tail = parseJournal(`${entry({ MESSAGE: 'a', PRIORITY: '6' })}\n${entry({ MESSAGE: 'b', PRIORITY: '3' })}\n`);
    assert.deepEqual(tail.lines, [
      { stream: 'stdout', text: 'a', at: 1_795_983_659_341_980 },
      { stream: 'stderr', text: 'b', at: 1_795_983_659_341_980 },
    ]);
    assert.equal(tail.truncated, false);
  });

  test('come together where conmon wrote them in parts', () => {
    const part = { CONTAINER_PARTIAL_MESSAGE: 'true', PRIORITY: '6' };
    assert.deepEqual(
      texts(entry({ MESSAGE: 'one ', ...part }), entry({ MESSAGE: 'oops', PRIORITY: '3' }), entry({ MESSAGE: 'two' })),
      { lines: ['stderr: oops', 'stdout: one two'], truncated: false },
    );
  });

  test('that are no text come as bytes', () => {
    assert.deepEqual(texts(entry({ MESSAGE: [104, 105, 255, 10] })).lines, ['stdout: hi\uFFFD']);
  });

  test('that cannot be read are left out, and that is said', () => {
    const good = entry({ MESSAGE: 'good' });
    const broken = ['no JSON', entry({ MESSAGE: null }), entry({ MESSAGE: ['two', 'texts'] }), '{"MESSAGE":"no time"}'];
    for (const line of broken) assert.deepEqual(texts(line, good), { lines: ['stdout: good'], truncated: true }, line);
  });

  test('as many as are asked for may not be all', () => {
    assert.equal(texts(...Array.from({ length: LOG_READ_LINES }, () => entry({ MESSAGE: 'again' }))).truncated, true);
  });
});

describe('a storage that is a user’s own', () => {
  test('is not believed about a container that does not run in that user’s slice', async () => {
    const storage = mkdtempSync(join(tmpdir(), 'inq-user-'));
    const bundle = join(storage, 'overlay-containers', ID, 'userdata');
    mkdirSync(bundle, { recursive: true });
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(CONFIG.spec));
    writeFileSync(join(bundle, 'pidfile'), String(process.pid));
    const monitor = { containerId: ID, name: 'forged', bundle, exitDir: storage, log: undefined };
    const asked = async (uid: number, cgroupPath?: string) => {
      const claim = { ...monitor, uid, pidFile: join(bundle, 'pidfile') };
      const collector = createPodmanCollector({ storages: [], monitors: () => Promise.resolve([claim]) });
      return (await collector.inspect(ID, cgroupPath))?.identity.name;
    };
    const scope = `user@1000.service/user.slice/libpod-${ID}.scope`;
    try {
      assert.equal(await asked(1_000), undefined);
      assert.equal(await asked(0), 'forged');
      assert.equal(await asked(1_000, `/user.slice/user-1001.slice/${scope}`), undefined);
      assert.equal(await asked(1_000, `/system.slice/user.slice/user-1000.slice/${scope}`), undefined);
      assert.equal(
        await asked(1_000, `/user.slice/user-1000.slice/${scope}`),
        'forged',
        'the kernel had it in his slice',
      );
    } finally {
      rmSync(storage, { recursive: true, force: true });
    }
  });
});

describe('a container of a user that ended before its monitor was seen', () => {
  test('is known where another of his shows the storage', async () => {
    const storage = mkdtempSync(join(tmpdir(), 'inq-user-'));
    const bundleOf = (id: string): string => join(storage, 'vfs-containers', id, 'userdata');
    const ended = 'b'.repeat(64);
    mkdirSync(bundleOf(ended), { recursive: true });
    writeFileSync(join(bundleOf(ended), 'config.json'), JSON.stringify(CONFIG.spec));
    const other = { containerId: ID, name: 'web', bundle: bundleOf(ID), exitDir: storage, log: undefined, uid: 1_000 };
    const monitor = { ...other, pidFile: undefined };
    const collector = createPodmanCollector({ storages: [], monitors: () => Promise.resolve([monitor]) });
    const at = (uid: number): string => `/user.slice/user-${String(uid)}.slice/user@${String(uid)}.service/app.scope`;
    try {
      assert.equal((await collector.inspect(ended, at(1_000)))?.identity.cgroupPath, at(1_000));
      assert.equal(await collector.inspect(ended, at(1_001)), undefined);
      assert.equal(await collector.inspect(ended), undefined);
    } finally {
      rmSync(storage, { recursive: true, force: true });
    }
  });
});

describe('a bbolt database', () => {
  const reader = (bytes: Buffer) => new BoltReader((offset, length) => bytes.subarray(offset, offset + length));

  test('that is none, or is cut off, is refused', () => {
    assert.throws(() => reader(Buffer.alloc(16_384)), BoltError);
    assert.throws(() => reader(Buffer.from('SQLite format 3\0')), RangeError);
  });
});
