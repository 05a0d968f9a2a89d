import type { Evidence } from '../domain/evidence.ts';

const KEPT = 256;

/** Which container the last processes that ran into a fault were in, by pid on the host. */
export class FaultedProcesses {
  readonly #containers = new Map<number, string>();

  note({ data, containerId }: Evidence): void {
    if (data.kind !== 'signal_sent' || data.info !== 'struct' || data.code <= 0 || containerId === undefined) return;
    this.#containers.delete(data.target.pid);
    this.#containers.set(data.target.pid, containerId);
    if (this.#containers.size <= KEPT) return;
    const oldest = this.#containers.keys().next();
    if (oldest.done !== true) this.#containers.delete(oldest.value);
  }

  containerOf(pid: number): string | undefined {
    return this.#containers.get(pid);
  }
}
