import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario.ts';

const V1 = '/sys/fs/cgroup/memory';
const LIMIT = 48 * 1_048_576;

export const scenario: Scenario = {
  number: 5,
  title: 'limit of the cgroup above the container',
  prepare: () => {
    const name = `inquest-parent-${String(process.pid)}`;
    const v1 = existsSync(V1);
    const folder = join(v1 ? V1 : '/sys/fs/cgroup', name);
    mkdirSync(folder, { recursive: true });
    if (v1) writeFileSync(join(folder, 'memory.use_hierarchy'), '1');
    writeFileSync(join(folder, v1 ? 'memory.limit_in_bytes' : 'memory.max'), String(LIMIT));
    return {
      options: ['--cgroup-parent', `/${name}`],
      remove: () => {
        rmdirSync(folder);
      },
    };
  },
  command: ['die', 'eat'],
  expect: {
    cause: 'oom.ancestor',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'oom.host', 'kill.host'],
    says: /the group above the container, inquest-parent-\d+, reached its limit of 48 MiB/,
    never: /the container reached its memory limit|docker stop/i,
  },
};
