import { existsSync, mkdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from '../../support/rootfs.ts';
import type { Prepared, Scenario, Stage } from '../scenario.ts';

const V1 = '/sys/fs/cgroup/memory';
const LIMIT = 48 * 1_048_576;

export const scenario: Scenario = {
  number: 5,
  title: 'limit of the cgroup above the container',
  prepare: async (stage) => {
    if ((await stage.docker('info', '--format', '{{.CgroupDriver}}')) === 'systemd') return sliceAbove(stage);
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
    says: /the group that the container is a part of, inquest-?parent[-.\w]+, reached its limit of 48 MiB for all its members/,
    never: /the container reached its memory limit|docker stop/i,
  },
};

/** Where systemd keeps the tree of cgroups, the group above must be one of its slices. */
async function sliceAbove({ docker, container }: Stage): Promise<Prepared> {
  const slice = `inquestparent${String(process.pid)}.slice`;
  const unit = join('/run/systemd/system', slice);
  writeFileSync(unit, `[Slice]\nMemoryMax=${String(LIMIT)}\n`);
  await ok('systemctl', ['daemon-reload']);
  return {
    options: ['--cgroup-parent', slice],
    remove: async () => {
      await docker('rm', '-f', container);
      rmSync(unit);
      await ok('systemctl', ['stop', slice]);
      await ok('systemctl', ['daemon-reload']);
    },
  };
}
