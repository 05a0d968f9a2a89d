import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { findProgram } from '../../support/find-program.ts';
import { ok } from '../../support/rootfs.ts';

/** What stands between the kernel and its disk; a kernel that has one built in has no module of that name. */
const NEEDED = ['virtio_pci', 'virtio_blk', 'virtio_console', 'ext4'];

const INIT = `#!/bin/busybox sh
# Finds the disk and hands over to it.
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
while read -r module; do /bin/busybox insmod "/modules/$module"; done </modules/order
while [ ! -b /dev/vda ] || [ ! -b /dev/vdb ]; do /bin/busybox usleep 50000; done
/bin/busybox mount -t ext4 /dev/vda /root
/bin/busybox mount -t ext4 /dev/vdb /root/lab
/bin/busybox umount /sys
/bin/busybox umount /proc
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root /sbin/init
`;

/**
 * An initial file system that does nothing but mount the disks: 3 s where the distribution's takes 20 under emulation.
 * @param built the folder of rootfs.sh, with `modules` and `busybox`
 */
export async function writeInitramfs(built: string, file: string): Promise<void> {
  const stage = `${file}.d`;
  rmSync(stage, { recursive: true, force: true });
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'root', 'modules'])
    mkdirSync(join(stage, folder), { recursive: true });
  copyFileSync(join(built, 'busybox'), join(stage, 'bin/busybox'));
  writeFileSync(join(stage, 'init'), INIT);
  chmodSync(join(stage, 'init'), 0o755);
  const release = readdirSync(join(built, 'modules'))[0] ?? '';
  const modules = join(built, 'modules', release);
  const order = loadOrder(readFileSync(join(modules, 'modules.dep'), 'utf8'), NEEDED);
  for (const path of order) writeFileSync(join(stage, 'modules', nameOf(path)), decompressed(join(modules, path)));
  writeFileSync(join(stage, 'modules/order'), order.map((path) => `${nameOf(path)}\n`).join(''));
  await ok('sh', [
    '-c',
    `cd '${stage}' && find . | '${findProgram('busybox') ?? 'busybox'}' cpio -o -H newc >'${file}'`,
  ]);
  rmSync(stage, { recursive: true, force: true });
}

/** Paths of modules so that each comes after what it needs. Pure. */
export function loadOrder(dependencies: string, wanted: readonly string[]): readonly string[] {
  const needs = new Map(
    dependencies
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => {
        const [path = '', rest = ''] = line.split(':', 2);
        return [
          path,
          rest
            .trim()
            .split(' ')
            .filter((one) => one !== ''),
        ] as const;
      }),
  );
  const order: string[] = [];
  // modules.dep names all of them, the deepest last.
  for (const name of wanted) {
    const path = [...needs.keys()].find((one) => nameOf(one) === `${name}.ko`);
    if (path === undefined) continue;
    for (const one of [...(needs.get(path) ?? []).toReversed(), path]) if (!order.includes(one)) order.push(one);
  }
  // Without being named as a need: ext4 asks for a checksum when it mounts.
  const checksum = [...needs.keys()].filter((one) =>
    /^crc32c_(?:generic|intel)\.ko$|^crc32c-cryptoapi\.ko$/.test(nameOf(one)),
  );
  return [...checksum.filter((one) => !order.includes(one)), ...order];
}

function nameOf(path: string): string {
  return basename(path).replace(/\.(?:xz|gz|zst)$/, '');
}

function decompressed(file: string): Uint8Array {
  if (!existsSync(file)) throw new Error(`${file} is missing`);
  const bytes = readFileSync(file);
  if (file.endsWith('.gz')) return gunzipSync(bytes);
  if (file.endsWith('.zst')) return zstdDecompressSync(bytes);
  if (!file.endsWith('.xz')) return bytes;
  const { stdout, status } = spawnSync('xz', ['-dc', file], { maxBuffer: 64e6 });
  if (status !== 0) throw new Error(`xz could not read ${file}`);
  return stdout;
}
