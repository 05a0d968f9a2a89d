import { createHash } from 'node:crypto';
import type { ContainerIdentity } from '../domain/container.ts';
import { workloadKey } from '../domain/workload.ts';
import { base32 } from './death-id.ts';

const LENGTH = 16;

/** A signature within its workload, as a short name: its parts may quote a log, and not everybody may see that. */
export function signatureId(container: ContainerIdentity, signature: string): string {
  const digest = createHash('sha256')
    .update(`${workloadKey(container)}\0${signature}`)
    .digest();
  return base32(digest).slice(0, LENGTH);
}
