import type { Scenario } from '../scenario.ts';

/** What a Java virtual machine and many others do: the status is that of abort(), the reason is the fault. */
export const scenario: Scenario = {
  number: 67,
  title: 'its handler of the crash calls abort()',
  command: ['sh', '-c', 'die handler-aborts; exit $?'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 134, signal: null },
    ruledOut: ['kill.host'],
    says: /crashed with SIGSEGV: it (?:wrote through|used) a null pointer \(address 0x0\), in null_dereference\(\) at die\.c:\d+.*its handler for SIGSEGV then aborted it.*passed that on as exit code 134/,
    never: /out of memory|fault_/i,
  },
};
