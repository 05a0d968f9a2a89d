import { namesIn, removePath } from './files.ts';
import { GROUP, type Layout, UNIT_NAME } from './layout.ts';
import type { RunTool, Step } from './step.ts';

export interface Removal {
  readonly layout: Layout;
  readonly run: RunTool;
  readonly hasGroup: boolean;
  readonly hasUnit: boolean;
  /** Takes the kernel programs away that stayed attached. */
  readonly detach: () => void;
  /** Also the store and the settings. */
  readonly purge: boolean;
}

/** What will be done, in order. Nothing for a host on which nothing is. */
export function planUninstall({ layout, run, hasGroup, hasUnit, detach, purge }: Removal): readonly Step[] {
  const steps: Step[] = [];
  if (hasUnit) {
    steps.push(
      { says: `Stop ${UNIT_NAME}`, run: () => run('systemctl', 'disable', '--quiet', '--now', UNIT_NAME) },
      removePath(layout.unit),
      { says: 'Have systemd forget it', run: () => run('systemctl', 'daemon-reload') },
    );
  }
  steps.push({ says: 'Detach the kernel programs', run: detach });
  steps.push(removePath(layout.command), removePath(layout.programs));
  if (purge)
    steps.push(removePath(layout.store, `Remove the recorded deaths in ${layout.store}`), removePath(layout.settings));
  if (hasGroup) steps.push({ says: `Remove the group ${GROUP}`, run: () => run('groupdel', GROUP) });
  return steps;
}

/** What stays on the host, for a person. */
export async function kept(layout: Layout, purge: boolean): Promise<readonly string[]> {
  if (purge) return [];
  const folders = [layout.store, layout.settings];
  const filled = await Promise.all(folders.map(async (folder) => (await namesIn(folder)).length > 0));
  return folders.filter((_, index) => filled[index] === true);
}
