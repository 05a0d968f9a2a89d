import type { Check } from './check.ts';

import type { Facts } from './facts.ts';
import {
  judgeAgent,
  judgeBacktraces,
  judgePreemption,
  judgePrograms,
  judgeRecords,
  judgeRequests,
} from './judge-agent.ts';
import {
  judgeAddon,
  judgeBpffs,
  judgeBtf,
  judgeCgroup,
  judgeKernel,
  judgeLockdown,
  judgePrivileges,
} from './judge-kernel.ts';
import { judgeRuntimes, judgeStore } from './judge-surroundings.ts';

type Judge = (facts: Facts) => readonly Check[];

const JUDGES: readonly Judge[] = [
  judgeAgent,
  judgeKernel,
  judgeBtf,
  judgePrivileges,
  judgeLockdown,
  judgeCgroup,
  judgeBpffs,
  judgeAddon,
  judgePrograms,
  judgePreemption,
  judgeRequests,
  judgeBacktraces,
  judgeRecords,
  judgeRuntimes,
  judgeStore,
];

/** The lines of `inquest doctor`, in the order in which they are shown. Pure. */
export function judge(facts: Facts): readonly Check[] {
  return JUDGES.flatMap((one) => one(facts));
}
