import type { CollectorSink, CollectorStatus } from '../../agent/domain/collector.ts';
import { type ContainerIdentity, mergeIdentity } from '../../agent/domain/container.ts';
import { type Evidence, type EvidenceKind, type EvidenceOf, isKind } from '../../agent/domain/evidence.ts';
import { waitFor } from './process-tree.ts';

const WAIT_MS = 20_000;

/** Keeps what a collector reports and lets a test wait for it. */
export class RecordingSink implements CollectorSink {
  readonly all: Evidence[] = [];
  readonly statuses: CollectorStatus[] = [];
  readonly identities = new Map<string, ContainerIdentity>();

  evidence(batch: readonly Evidence[]): void {
    this.all.push(...batch);
  }

  container(identity: ContainerIdentity): void {
    this.identities.set(identity.id, mergeIdentity(this.identities.get(identity.id), identity));
  }

  status(status: CollectorStatus): void {
    this.statuses.push(status);
  }

  of<K extends EvidenceKind>(kind: K, containerId?: string): readonly EvidenceOf<K>[] {
    return this.all
      .filter((one) => isKind(one, kind))
      .filter((one) => containerId === undefined || one.containerId === containerId);
  }

  byName(name: string): ContainerIdentity | undefined {
    return [...this.identities.values()].find((identity) => identity.name === name);
  }

  get lastStatus(): CollectorStatus | undefined {
    return this.statuses.at(-1);
  }

  /** The first defined result of `look`; fails with `what` when there is none in time. */
  async until<T>(what: string, look: () => T | undefined | false, timeoutMs = WAIT_MS): Promise<T> {
    let found: T | undefined;
    const came = await waitFor(() => {
      const value = look();
      if (value === undefined || value === false) return false;
      found = value;
      return true;
    }, timeoutMs);
    if (!came || found === undefined) {
      throw new Error(
        `${what} did not come. Statuses: ${JSON.stringify(this.statuses)}; evidence: ${JSON.stringify(this.all.slice(-20))}`,
      );
    }
    return found;
  }
}
