import { existsSync, rmdirSync } from 'node:fs';
import { errorCode } from '../../domain/errors.ts';
import { DEFAULT_SETTINGS, PIN_ROOT } from '../../domain/settings.ts';
import { layoutAt } from '../../install/layout.ts';
import { perform } from '../../install/step.ts';
import { kept, planUninstall } from '../../install/uninstall.ts';
import { loadBinding } from '../../native/binding.ts';
import { defineCommand } from '../command.ts';
import { Exit } from '../exit.ts';
import { hasGroup, planLines, progressTo, refuseUnlessRoot, refuseUnlessSystemd, runTool } from '../host/host.ts';
import { writeLines } from '../io.ts';

export const uninstallCommand = defineCommand({
  name: 'uninstall',
  summary: 'Remove the agent from this machine (root)',
  description: [
    'Stops the agent, takes its programs out of the kernel, and removes its files, service and group. The recorded deaths and your settings stay, unless --purge removes them too: then nothing of Inquest is left.',
  ],
  json: false,
  flags: {
    purge: { type: 'boolean', help: 'Also remove the recorded deaths and the settings.' },
    'dry-run': { type: 'boolean', help: 'Say what would be done and do nothing.' },
  },
  examples: ['sudo inquest uninstall', 'sudo inquest uninstall --purge'],
  run: async ({ io, flags }) => {
    const purge = flags.has('purge');
    const dryRun = flags.has('dry-run');
    refuseUnlessSystemd();
    if (!dryRun) refuseUnlessRoot('uninstall');
    const layout = layoutAt('/');
    // Loaded now: its file is gone when it is needed.
    const { pinDirFor } = await import('../../daemon/pins.ts');
    const steps = planUninstall({
      ...{ layout, run: runTool, hasGroup: await hasGroup(), hasUnit: existsSync(layout.unit), purge },
      detach: () => {
        detach(pinDirFor(DEFAULT_SETTINGS.data));
      },
    });
    if (dryRun) {
      writeLines(io.stdout, ['inquest would:', ...planLines(steps)]);
    } else {
      await perform(steps, progressTo(io));
      writeLines(io.stdout, ['Inquest is removed from this machine.']);
    }
    const stays = await kept(layout, purge);
    if (stays.length > 0)
      writeLines(io.stdout, [`Kept: ${stays.join(', ')}. To remove them too: rm -r ${stays.join(' ')}`]);
    return Exit.Ok;
  },
});

/** Only this agent’s: another with a store of its own may run on the same machine. */
function detach(folder: string): void {
  const binding = loadBinding();
  for (const { dir } of binding.listPins(PIN_ROOT)) {
    if (dir.startsWith(`${folder}/`)) binding.removePins(dir);
  }
  for (const empty of [folder, PIN_ROOT]) removeEmpty(empty);
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    // Never made, or another agent’s are in it.
    if (!['ENOENT', 'ENOTEMPTY', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
  }
}
