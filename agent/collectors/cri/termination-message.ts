import { readBeneath } from '../shared/safe-file.ts';
import { ANNOTATION } from '../shared/kubernetes-labels.ts';
import type { CriStatus } from './schemas.ts';

/** As much as kubelet takes over. */
const MESSAGE_MAX = 4_096;

/**
 * What the program wrote to its termination message file: kubelet mounts one from its own folder. The program
 * owns what is in it, and a link in its place would lead anywhere, so none is followed.
 */
export async function readTerminationMessage({ status }: CriStatus): Promise<string | undefined> {
  const path = status.annotations[ANNOTATION.terminationMessagePath];
  const mount = status.mounts.find(({ containerPath }) => path !== undefined && containerPath === path);
  if (mount === undefined) return undefined;
  const bytes = await readBeneath('/', mount.hostPath, MESSAGE_MAX);
  const text = bytes?.toString('utf8').trim();
  return text === '' ? undefined : text;
}
