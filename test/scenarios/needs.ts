import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Need, Scenario } from './scenario.ts';

const CGROUPS = '/sys/fs/cgroup';
const CONTROLLERS = join(CGROUPS, 'cgroup.controllers');

/** What this machine offers. INQUEST_MACHINE=own says that nobody else is on it: it may run out of memory. */
function offered(): ReadonlySet<Need> {
  const offers = new Set<Need>();
  if (existsSync(CONTROLLERS) && readFileSync(CONTROLLERS, 'utf8').includes('memory')) offers.add('cgroup-v2');
  if (hasCgroupKill()) offers.add('cgroup-kill');
  if (process.env['INQUEST_MACHINE'] === 'own') offers.add('machine-of-its-own');
  if (process.arch === 'x64') offers.add('x86');
  return offers;
}

/** The root has no such file, only what is below it. */
function hasCgroupKill(): boolean {
  return readdirSync(CGROUPS).some((name) => existsSync(join(CGROUPS, name, 'cgroup.kill')));
}

const here = offered();

/** Why the scenario cannot be played on this machine, `undefined` where it can. */
export function unmet({ needs, elsewhere }: Scenario): string | undefined {
  if (elsewhere === undefined) return undefined;
  return needs !== undefined && here.has(needs) ? undefined : elsewhere;
}
