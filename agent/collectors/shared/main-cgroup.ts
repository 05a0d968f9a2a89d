import { readFile } from 'node:fs/promises';
import { parseContainerCgroup, parseNestedCgroup } from '../../domain/cgroup-path.ts';
import { errorCode } from '../../domain/errors.ts';

/**
 * The container's own cgroup by its main process, relative to each hierarchy. `undefined` where the pid is
 * gone, belongs to somebody else by now, or host pids are not visible.
 */
export async function readContainerCgroup(
  pid: number,
  containerId: string,
  procRoot = '/proc',
): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(`${procRoot}/${String(pid)}/cgroup`, 'utf8');
  } catch (error) {
    // ESRCH: the process ended between open and read.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH' || errorCode(error) === 'EACCES')
      return undefined;
    throw error;
  }
  for (const line of text.split('\n')) {
    // hierarchy:controllers:path
    const path = line.split(':').slice(2).join(':');
    const cgroup = parseContainerCgroup(path);
    if (cgroup === undefined) continue;
    if (cgroup.containerId === containerId) return cgroup.cgroupPath;
    const nested = parseNestedCgroup(path, cgroup.cgroupPath);
    if (nested?.containerId === containerId) return `${cgroup.cgroupPath}${nested.cgroupPath}`;
  }
  return undefined;
}
