import { readFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 6,
  title: 'memory.oom.group kills all at once',
  elsewhere: 'needs a machine with cgroup v2: version 1 has no memory.oom.group',
  needs: 'cgroup-v2',
  options: ['--memory', '24m'],
  // Its own control files are read-only to it: it waits until the host has set this one.
  command: ['sh', '-c', 'until grep -q 1 /sys/fs/cgroup/memory.oom.group; do sleep 0.1; done; die eat; exit $?'],
  die: async ({ mainPid }) => {
    writeFileSync(join(await cgroupOf(await mainPid()), 'memory.oom.group'), '1');
  },
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    says: /the kernel killed die .*; sh \(PID 1\) was killed with it/,
    notes: /memory\.oom\.group/,
    never: /docker stop|killed from/i,
  },
};

/** Its folder on the host. */
async function cgroupOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${String(pid)}/cgroup`, 'utf8');
  return join('/sys/fs/cgroup', text.trim().split('::')[1] ?? '');
}
