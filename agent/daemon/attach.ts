import type { Settings } from '../domain/settings.ts';
import { builtFile } from '../native/binding.ts';
import { needBinding } from './need-binding.ts';
import { pinDirFor, pinOwner } from './pins.ts';

/**
 * Attaches the kernel programs and leaves them in bpffs for an agent that starts with fewer rights. Only where that agent
 * could not: since Linux 7 it takes perf events, which need CAP_SYS_ADMIN in some distributions. Returns what it did.
 *
 * @throws InquestError where the kernel does not take them
 */
export function attachForLater(settings: Settings): string {
  const binding = needBinding();
  if (!binding.probe().preemptsPrograms) return 'Nothing has to be attached beforehand on this kernel.';
  const session = binding.open({
    objectPath: builtFile('inquest.bpf.o') ?? 'inquest.bpf.o',
    pinDir: pinDirFor(settings.data),
    owner: pinOwner(settings.data),
    leaveOlder: true,
  });
  session.stop();
  return 'The kernel programs are attached.';
}
