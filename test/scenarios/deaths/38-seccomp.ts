import { rmSync, writeFileSync } from 'node:fs';
import { platform, release } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '../scenario.ts';

const NAMED =
  /die \(PID 1\) was killed for the system call syslog, which .* forbids, in .*read_kernel_log\(\) at die\.c:\d+/;
/** Before 5.16 the kernel says of no system call which one it was. */
const [major = 0, minor = 0] = release().split('.').map(Number);
const isSilent = platform() === 'linux' && (major < 5 || (major === 5 && minor < 16));

export const scenario: Scenario = {
  number: 38,
  title: 'seccomp kills for a forbidden system call',
  prepare: ({ folder }) => {
    const profile = join(folder, 'profile.json');
    const syscalls = [{ names: ['syslog'], action: 'SCMP_ACT_KILL' }];
    writeFileSync(profile, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls }));
    return {
      options: ['--security-opt', `seccomp=${profile}`],
      remove: () => {
        rmSync(profile);
      },
    };
  },
  command: ['die', 'syslog'],
  expect: {
    cause: 'crash.seccomp',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 159, signal: 'SIGSYS' },
    ruledOut: ['kill.host'],
    says: isSilent ? /was killed for (the|a) system call.* which .* forbids/ : NAMED,
    never: /out of memory|sent/i,
  },
};
