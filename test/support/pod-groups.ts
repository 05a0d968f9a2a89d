import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

const CGROUPS = '/sys/fs/cgroup';
/** What kubelet makes for all its pods. */
const PODS_GROUP = 'kubepods';

/** The groups of pods on this machine, in every hierarchy. */
export function podGroups(): readonly string[] {
  return groupsNamed(PODS_GROUP);
}

function groupsNamed(name: string): readonly string[] {
  const hierarchies = [CGROUPS, ...folders(CGROUPS).map((one) => join(CGROUPS, one))];
  return hierarchies.flatMap((path) => (folders(path).includes(name) ? [join(path, name)] : []));
}

/** Names of the folders in a folder; none where there is no such. */
export function folders(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** From the inside out; false while there is somebody in it. */
export function removeGroup(group: string): boolean {
  if (!folders(group).every((name) => removeGroup(join(group, name)))) return false;
  try {
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}

/** Removes a group below the root of every hierarchy. @throws where it is still in use */
export function removeEverywhere(name: string): void {
  for (const group of groupsNamed(name))
    if (!removeGroup(group)) throw new Error(`the control group ${group} is still in use`);
}
