import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Death } from '../../../agent/domain/death.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import type { DeathStore, StoreOptions } from '../../../agent/store/open.ts';
import { openStore } from '../../../agent/store/open.ts';
import { container, death, deathId, verdict } from '../../unit/store/support.ts';

const MOUNT_OPTIONS = 'size=24m,mode=0700,nosuid,nodev,noexec';

const DEFAULTS = { host: 'node-1', retentionDays: 30, retentionBytes: 1_073_741_824, retentionIntervalMs: 0 };

function whyNot(): string | false {
  return process.getuid?.() === 0 ? false : 'needs root to mount a small file system';
}

/** A store on a small file system of its own. */
interface SmallDisk {
  readonly directory: string;
  readonly open: (options?: Partial<StoreOptions>) => DeathStore;
}

/** Stores are closed, the file system unmounted and its directory removed at the end, in this order. */
function smallDisk(t: TestContext): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'inquest-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', MOUNT_OPTIONS, 'inquest-test', directory], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(directory);
    t.skip(`a file system cannot be mounted here: ${messageOf(error).split('\n', 1)[0] ?? ''}`);
    return undefined;
  }
  const stores: DeathStore[] = [];
  t.after(async () => {
    try {
      for (const store of stores) await store.close();
    } finally {
      execFileSync('umount', [directory], { stdio: 'pipe' });
      rmdirSync(directory);
    }
  });
  const open = (options: Partial<StoreOptions> = {}): DeathStore => {
    const store = openStore({ ...DEFAULTS, ...options, directory });
    stores.push(store);
    return store;
  };
  return { directory, open };
}

function fill(directory: string): string {
  const path = join(directory, 'filler');
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(path, Buffer.alloc(bavail * bsize));
  return path;
}

/** Random digits hardly compress: about 8 bytes each on the disk. */
const bulky = (seed: string, numbers = 400): Death =>
  death(seed, {
    container: container(seed),
    verdict: verdict({ notes: [Array.from({ length: numbers }, () => String(Math.random())).join('')] }),
  });

describe('a full disk', { skip: whyNot(), timeout: 120_000 }, () => {
  it('is told by record, loses nothing that was recorded, and heals', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const store = disk.open();
    store.record(bulky('before'));
    const filler = fill(disk.directory);
    let recorded = 0;
    assert.throws(
      () => {
        for (;;) {
          store.record(bulky(String(recorded)));
          recorded += 1;
        }
      },
      { reason: 'store-full', next: /Free space/ },
    );
    assert.equal((await store.reader.stats()).deaths, recorded + 1);
    rmSync(filler);
    assert.equal(store.record(bulky('after')).change, recorded + 2);
    assert.ok((await store.reader.get(deathId('before'))) !== undefined);
  });

  it('makes deaths wait in memory and health say so, until there is space', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const pause = (): Promise<void> => delay(1, undefined, { signal: t.signal });
    const store = disk.open({ queue: { firstRetryMs: 5, longestRetryMs: 20 } });
    const told: string[] = [];
    store.onRecorded(({ id }) => told.push(id));
    rmSync(join(disk.directory, 'inquest.ballast'));
    const filler = fill(disk.directory);
    const seeds = Array.from({ length: 900 }, (_, index) => String(index));
    for (const seed of seeds) store.submit(bulky(seed));
    while (store.problem() === undefined) await pause();
    assert.match((await store.reader.stats()).problem ?? '', /Free space on the disk.*deaths wait in memory/);
    assert.ok(store.waiting() > 0);
    rmSync(filler);
    while (store.waiting() > 0) await pause();
    assert.deepEqual(told, seeds.map(deathId));
    assert.equal(store.problem(), undefined);
    assert.equal((await store.reader.stats()).deaths, seeds.length);
  });

  it('is cleared by retention where the store itself is what fills it', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const pause = (): Promise<void> => delay(1, undefined, { signal: t.signal });
    const store = disk.open({ retentionBytes: 4_000_000, queue: { firstRetryMs: 5, longestRetryMs: 20 } });
    for (let index = 0; index < 800; index += 1) {
      store.submit(bulky(String(index), 4_000));
      while (store.waiting() > 0) await pause();
    }
    assert.equal(store.problem(), undefined);
    assert.ok((await store.reader.get(deathId('799'))) !== undefined);
  });

  it('refuses to open a store that cannot be made, and says what to do', (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const filler = fill(disk.directory);
    assert.throws(() => disk.open(), { reason: 'store-full', next: /Free space/ });
    rmSync(filler);
    disk.open().record(death('a'));
  });
});
