import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 38,
  title: 'seccomp kills for a forbidden system call',
  prepare: ({ folder }) => {
    const profile = join(folder, 'profile.json');
    const syscalls = [{ names: ['syslog'], action: 'SCMP_ACT_KILL_PROCESS' }];
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
    says: /die \(PID 1\) was killed for the system call syslog/,
    never: /out of memory|sent/i,
  },
};
