import type { ContainerIdentity } from '../domain/container.ts';
import type { DeathOrigin } from '../domain/death.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { EpochUs } from '../domain/time.ts';
import type { VitalsSample } from '../domain/vitals.ts';

/** Everything known about one run of one container: what the rules look at. */
export interface Case {
  readonly container: ContainerIdentity;
  /** In order of time. */
  readonly evidence: readonly Evidence[];
  readonly vitals: readonly VitalsSample[];
  readonly origin: DeathOrigin;
  /** True when the kernel programs were there before the container's first process. */
  readonly seenFromStart: boolean;
  /** Whether kernel records are to be expected at all; false on a machine where the programs cannot load. */
  readonly kernelWatched: boolean;
  /** When the agent's knowledge of the container began. */
  readonly openedAt: EpochUs;
}
