import { readFileSync } from 'node:fs';
import { parseContainerCgroup } from '../domain/cgroup-path.ts';

/** The container in which a process runs now; `undefined` for one of the host, and for one that is gone. */
export function containerOfLiving(pid: number): string | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${String(pid)}/cgroup`, 'utf8');
  } catch {
    // It may end between any two looks.
    return undefined;
  }
  for (const line of text.split('\n')) {
    // `4:memory:/docker/…`; v2 has the one line `0::/…`.
    const [, controllers, path] = /^\d{1,4}:([^:]{0,200}):(\/.{0,4096})$/.exec(line) ?? [];
    if (path === undefined || (controllers !== 'memory' && controllers !== '')) continue;
    const found = parseContainerCgroup(path);
    if (found !== undefined) return found.containerId;
  }
  return undefined;
}
