import { createHash } from 'node:crypto';
import { existsSync, readlinkSync } from 'node:fs';
import { PIN_ROOT } from '../domain/settings.ts';
import type { NativeBinding } from '../native/binding.ts';

const OWNER_LIMIT = 200;

/** Two agents with different data folders have different pins and can run side by side. */
export function pinDirFor(data: string): string {
  return `${PIN_ROOT}/${createHash('sha256').update(data).digest('hex').slice(0, 16)}`;
}

/** Data folder and mount namespace: only a reader in the same namespace can tell that the folder is gone. */
export function pinOwner(data: string): string {
  return `${mountNamespace()} ${data}`.slice(0, OWNER_LIMIT);
}

function mountNamespace(): string {
  return readlinkSync('/proc/self/ns/mnt');
}

/**
 * Detaches programs of agents whose data folder no longer exists: nobody will ever read their rings.
 * @returns the folders that were removed
 */
export function removeStalePins(binding: NativeBinding, ownPinDir: string): string[] {
  const namespace = mountNamespace();
  const stale = binding.listPins(PIN_ROOT).filter(({ dir, owner }) => {
    if (dir.startsWith(`${ownPinDir}/`)) return false;
    const [ownerNamespace, ...path] = owner.split(' ');
    const data = path.join(' ');
    return ownerNamespace === namespace && owner.length < OWNER_LIMIT && data.startsWith('/') && !existsSync(data);
  });
  for (const { dir } of stale) binding.removePins(dir);
  return stale.map(({ dir }) => dir);
}
