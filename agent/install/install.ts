import { basename, join } from 'node:path';
import { type Contents, isComplete } from './bundle.ts';
import { copyVersion, linkAt, namesIn, pointLink, removePath, textAt, writeText } from './files.ts';
import { GROUP, type Layout, UNIT_NAME } from './layout.ts';
import type { RunTool, Step } from './step.ts';
import { unitText } from './unit.ts';

export interface Installation {
  /** Folder of the unpacked bundle. */
  readonly source: string;
  readonly version: string;
  readonly contents: Contents;
  readonly layout: Layout;
  readonly run: RunTool;
  /** Whether the group is there already. */
  readonly hasGroup: boolean;
  /** Resolves when the agent answers on its socket; rejects with what to do when it does not. */
  readonly answers: () => Promise<void>;
}

/** What will be done, in order. Steps that would change nothing are left out. */
export async function planInstall(installation: Installation): Promise<readonly Step[]> {
  const { source, version, contents, layout, run, hasGroup } = installation;
  const folder = join(layout.programs, version);
  const before = await linkAt(layout.current);
  const unit = unitText(layout);
  const steps: Step[] = [];
  if (!hasGroup) steps.push(makeGroup(run));
  if (source !== folder && !(await isComplete(folder, contents))) steps.push(copyVersion(source, folder, contents));
  if (before !== undefined) steps.push(stopService(run));
  if (before !== version) steps.push(await pointLink(layout.current, version));
  const command = join(layout.current, 'inquest');
  if ((await linkAt(layout.command)) !== command) steps.push(await pointLink(layout.command, command));
  if ((await textAt(layout.unit)) !== unit) steps.push(await writeText(layout.unit, unit));
  steps.push(startService(installation));
  for (const name of await namesIn(layout.programs)) {
    if (name !== version && name !== basename(layout.current)) steps.push(removeVersion(layout, name));
  }
  return steps;
}

function makeGroup(run: RunTool): Step {
  return {
    says: `Make the group ${GROUP}, whose members may ask the agent`,
    run: () => run('groupadd', '--system', GROUP),
    undo: () => run('groupdel', GROUP),
  };
}

/** Its undoing is the last of a failed upgrade: by then the files of before are back. */
function stopService(run: RunTool): Step {
  return {
    says: `Stop ${UNIT_NAME}; the kernel goes on collecting meanwhile`,
    run: () => run('systemctl', 'stop', UNIT_NAME),
    undo: async () => {
      await run('systemctl', 'daemon-reload');
      await run('systemctl', 'enable', '--quiet', '--now', UNIT_NAME);
    },
  };
}

/** Also where nothing changed: an installation ends with an agent that answers, or with a reason. */
function startService({ run, answers }: Installation): Step {
  return {
    says: `Start ${UNIT_NAME}, now and at every boot`,
    run: async () => {
      await run('systemctl', 'daemon-reload');
      await run('systemctl', 'enable', '--quiet', UNIT_NAME);
      await run('systemctl', 'restart', UNIT_NAME);
      await answers();
    },
    undo: async () => {
      await run('systemctl', 'disable', '--quiet', '--now', UNIT_NAME);
    },
  };
}

function removeVersion(layout: Layout, name: string): Step {
  return removePath(join(layout.programs, name), `Remove the earlier version ${name}`);
}
