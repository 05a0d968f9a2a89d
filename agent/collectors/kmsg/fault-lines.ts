import type { KernelLogFault } from '../../domain/evidence.ts';

const TEXT_LENGTH = 512;

/**
 * Faults that the kernel logs about a process. The name before the pid is chosen by the process and may
 * look like any of this, so the last pid counts.
 *
 * x86: `sh[12]: segfault at 0 ip … sp … error 4 in sh[…]`, `traps: sh[12] general protection fault ip:…`,
 * `traps: sh[12] trap divide error ip:…`; arm64: `sh[12]: unhandled exception: DABT …`.
 */
const FAULTS: readonly RegExp[] = [
  /^(.{0,60})\[(\d{1,10})\]: segfault at [0-9a-f]{1,16} /,
  /^traps: (.{0,60})\[(\d{1,10})\] (?:general protection|trap [a-z0-9 ]{1,40} ip:|bad frame|segment not present)/,
  /^(.{0,60})\[(\d{1,10})\]: unhandled (?:exception|signal|level \d fault|fault)/,
];

export function parseFault(text: string): KernelLogFault | undefined {
  for (const pattern of FAULTS) {
    const match = pattern.exec(text);
    if (match !== null) {
      return {
        kind: 'kernel_log_fault',
        comm: match[1] ?? '',
        pid: Number(match[2]),
        text: text.slice(0, TEXT_LENGTH),
      };
    }
  }
  return undefined;
}
