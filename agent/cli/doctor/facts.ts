import type { KernelProbe } from '../../native/binding.ts';
import type { InquestError } from '../../domain/errors.ts';
import type { Health } from '../../domain/health.ts';
import type { Tier } from '../../domain/protocol.ts';

export type AddonFact =
  { readonly state: 'loaded'; readonly probe: KernelProbe } | { readonly state: 'missing'; readonly reason: string };

export type AgentFact =
  | { readonly state: 'answers'; readonly health: Health; readonly tier: Tier }
  | { readonly state: 'silent'; readonly error: InquestError };

export interface RuntimeFact {
  readonly name: string;
  readonly socket: string;
  readonly access: 'usable' | 'denied' | 'absent';
}

export interface StoreFact {
  readonly path: string;
  readonly access: 'writable' | 'denied' | 'absent';
  /** Of the file system that holds it, or will hold it. */
  readonly freeBytes: number | undefined;
}

/** What was found on this machine, before anybody judges it. */
export interface Facts {
  readonly kernelRelease: string;
  readonly uid: number;
  readonly btf: boolean;
  /** Numbers of capability.h. */
  readonly capabilities: ReadonlySet<number>;
  /** `undefined` where the kernel does not tell. */
  readonly lockdown: string | undefined;
  readonly cgroup: 'v1' | 'v2' | 'none';
  readonly bpffs: boolean;
  /** kernel.perf_event_paranoid; `undefined` where the kernel does not tell. */
  readonly perfEventParanoid: number | undefined;
  readonly addon: AddonFact;
  readonly agent: AgentFact;
  readonly runtimes: readonly RuntimeFact[];
  readonly store: StoreFact;
}
