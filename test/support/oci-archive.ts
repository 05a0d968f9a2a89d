import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from './rootfs.ts';

/**
 * A folder as an image that `ctr images import` and `podman load` take: Docker's archive format with one layer.
 * Resolves to the archive's path.
 */
export async function archiveFolder(
  rootfs: string,
  image: string,
  config: { readonly command?: readonly string[]; readonly labels?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const folder = `${rootfs}.archive`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await ok('tar', ['-C', rootfs, '-cf', join(folder, 'layer.tar'), '.']);
  const layer = sha256(readFileSync(join(folder, 'layer.tar')));
  const imageConfig = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: config.command ?? ['/bin/sh'], Env: ['PATH=/bin'], Labels: config.labels ?? {} },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
    history: [{ created: '2026-01-01T00:00:00Z' }],
  });
  const name = `${sha256(imageConfig)}.json`;
  writeFileSync(join(folder, name), imageConfig);
  const manifest = [{ Config: name, RepoTags: [image], Layers: ['layer.tar'] }];
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const archive = `${rootfs}.image.tar`;
  await ok('tar', ['-C', folder, '-cf', archive, 'manifest.json', name, 'layer.tar']);
  rmSync(folder, { recursive: true, force: true });
  return archive;
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
