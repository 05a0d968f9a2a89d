import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DIE_IMAGE } from '../support/containerd.ts';
import { buildDieRootfs, makePause } from '../support/die-image.ts';
import { archiveFolder } from '../support/oci-archive.ts';
import { buildAgentImage } from './agent-image.ts';
import type { Cluster } from './cluster.ts';
import { PAUSE_IMAGE } from './cluster.ts';
import { OTHER_IMAGE } from './deaths.ts';

/** Puts on the node what pods are made of, and the agent's image on a bare Debian (`base`, an archive of its files). */
export async function importImages(cluster: Cluster, base: string): Promise<void> {
  const folder = join(cluster.root, 'images');
  const die = join(folder, 'die');
  await buildDieRootfs(die);
  for (const image of [DIE_IMAGE, OTHER_IMAGE]) {
    // With a label it is another image.
    await cluster.importImage(await archiveFolder(die, image, { labels: { image } }));
  }
  const pause = join(folder, 'pause');
  mkdirSync(pause);
  await makePause(join(pause, 'pause'));
  await cluster.importImage(await archiveFolder(pause, PAUSE_IMAGE, { command: ['/pause'] }));
  await cluster.importImage(await buildAgentImage(join(folder, 'agent'), base));
  rmSync(folder, { recursive: true, force: true });
}
