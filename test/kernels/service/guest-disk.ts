import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ok } from '../../support/rootfs.ts';

/** Where the image's own service looks for what it runs. */
const RUN = 'test/kernels/guest/run.sh';

/** The second disk of a machine that only becomes a host: the person's key, and what makes it ready. */
export async function writeGuestDisk(file: string, publicKey: string): Promise<void> {
  const stage = mkdtempSync(join(tmpdir(), 'inq-guest-disk-'));
  try {
    mkdirSync(join(stage, dirname(RUN)), { recursive: true });
    copyFileSync(join(import.meta.dirname, 'run.sh'), join(stage, RUN));
    copyFileSync(publicKey, join(stage, 'authorized_keys'));
    await ok('mkfs.ext4', ['-q', '-O', '^has_journal', '-d', stage, file, '16M']);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
