import { join } from 'node:path';
import type { ContainerIdentity } from '../../domain/container.ts';
import { SpecSchema, parseBounded } from '../shared/oci-spec.ts';
import { readContainerCgroup } from '../shared/main-cgroup.ts';
import { readBeneath } from '../shared/safe-file.ts';
import { identityOfSpec } from './identity.ts';
import type { Monitor } from './monitor.ts';
import { StoredMetadataSchema, StoredSchema } from './schemas.ts';

const SPEC_MAX = 1_048_576;
const CONTAINERS_MAX = 1_048_576;
const EXIT_MAX = 16;

/**
 * Who a container is by its bundle, the storage's list and its monitor: what is left where the database is a
 * user's own, because a database that somebody else has written is code to whoever opens it.
 */
export async function readBundle(
  id: string,
  bundle: string,
  name: string | undefined,
): Promise<ContainerIdentity | undefined> {
  const spec = parseBounded(
    (await readBeneath('/', join(bundle, 'config.json'), SPEC_MAX))?.toString('utf8') ?? '',
    SpecSchema,
  );
  const stored = await readStored(join(bundle, '..', '..', 'containers.json'), id);
  if (spec === undefined && stored === undefined && name === undefined) return undefined;
  return identityOfSpec(id, spec, {
    name: stored?.name ?? name,
    image: stored?.image,
    imageId: stored?.imageId,
  });
}

async function readStored(
  path: string,
  id: string,
): Promise<
  | { readonly name: string | undefined; readonly image: string | undefined; readonly imageId: string | undefined }
  | undefined
> {
  const json = (await readBeneath('/', path, CONTAINERS_MAX))?.toString('utf8') ?? '';
  const found = parseBounded(json, StoredSchema)?.find((container) => container.id === id);
  if (found === undefined) return undefined;
  const metadata = parseBounded(found.metadata ?? '', StoredMetadataSchema);
  return {
    name: found.names?.[0] ?? metadata?.name ?? undefined,
    image: metadata?.['image-name'] ?? undefined,
    imageId: found.image ?? undefined,
  };
}

/**
 * The container's cgroup, where its main process runs in the slice of the user whose monitor it is. Anybody can
 * start a program that claims to look after somebody else's container; nobody can put that into his own slice.
 */
export async function cgroupOfUser({ containerId, pidFile, uid }: Monitor): Promise<string | undefined> {
  const text = pidFile === undefined ? undefined : await readBeneath('/', pidFile, EXIT_MAX);
  const pid = Number(text?.toString('utf8').trim() ?? '0');
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const cgroupPath = await readContainerCgroup(pid, containerId);
  return userOf(cgroupPath) === uid ? cgroupPath : undefined;
}

/** The user in whose slice it is, which only that user's own manager and root put processes into. */
export function userOf(cgroupPath: string | undefined): number | undefined {
  const [, uid] = /^\/user\.slice\/user-(\d{1,10})\.slice\//.exec(cgroupPath ?? '') ?? [];
  return uid === undefined ? undefined : Number(uid);
}

/** The exit code that conmon leaves when the container has ended, until libpod has taken it over. */
export async function readExitFile(exitDir: string, id: string): Promise<number | undefined> {
  const text = (await readBeneath('/', join(exitDir, id), EXIT_MAX))?.toString('utf8').trim() ?? '';
  return /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
}
