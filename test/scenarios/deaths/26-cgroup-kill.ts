import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 26,
  title: 'cgroup.kill',
  elsewhere: 'needs cgroup v2 of Linux 5.14 or later: before, there is no cgroup.kill',
  needs: 'cgroup-kill',
  command: ['sleep', '1000'],
  die: async ({ mainPid }) => {
    const path =
      readFileSync(`/proc/${String(await mainPid())}/cgroup`, 'utf8')
        .trim()
        .split('::')[1] ?? '';
    writeFileSync(join('/sys/fs/cgroup', path, 'cgroup.kill'), '1');
  },
  expect: {
    cause: 'kill.cgroup',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'host' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container'],
    says: /^All processes of the container were killed at once by node/,
    advises: /cgroup\.kill/,
    never: /out of memory|docker/i,
  },
};
