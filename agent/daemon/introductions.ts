import type { RuntimeCollector } from '../domain/collector.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import { messageOf } from '../domain/errors.ts';
import type { Log } from './log.ts';

export interface IntroductionsOptions {
  readonly runtimes: { readonly of: (container: ContainerIdentity) => readonly RuntimeCollector[] };
  readonly current: (containerId: string) => ContainerIdentity;
  readonly learn: (identity: ContainerIdentity) => void;
  readonly log: Log;
}

/** A runtime has the cgroup made before it has written down what the container is. */
const ASK_AFTER_MS = [100, 500, 2_000, 8_000] as const;
/** More starts at once than this are asked about when they have died. */
const PENDING_MAX = 512;

/**
 * Asks who a container is that so far only the kernel has told of. Docker announces its containers; the others
 * are asked, so that its name is known before it dies.
 */
export class Introductions {
  readonly #options: IntroductionsOptions;
  readonly #pending = new Map<string, NodeJS.Timeout>();

  constructor(options: IntroductionsOptions) {
    this.#options = options;
  }

  expect({ id }: ContainerIdentity): void {
    if (!this.#pending.has(id) && this.#pending.size < PENDING_MAX) this.#schedule(id, 0);
  }

  stop(): void {
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }

  #schedule(id: string, attempt: number): void {
    const delay = ASK_AFTER_MS[attempt];
    if (delay === undefined) {
      this.#pending.delete(id);
      return;
    }
    const timer = setTimeout(() => {
      this.#ask(id).then(
        (known) => {
          if (known) this.#pending.delete(id);
          else if (this.#pending.has(id)) this.#schedule(id, attempt + 1);
        },
        (error: unknown) => {
          this.#options.log.debug(`who container ${id.slice(0, 12)} is could not be asked: ${messageOf(error)}`);
          if (this.#pending.has(id)) this.#schedule(id, attempt + 1);
        },
      );
    }, delay).unref();
    this.#pending.set(id, timer);
  }

  async #ask(id: string): Promise<boolean> {
    const { current, runtimes, learn } = this.#options;
    const container = current(id);
    if (container.source === 'runtime') return true;
    const failures: unknown[] = [];
    for (const runtime of runtimes.of(container)) {
      if (runtime.announcesEnds) continue;
      try {
        const found = await runtime.inspect(id, container.cgroupPath);
        if (found === undefined) continue;
        learn(found.identity);
        return true;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join('; '));
    return false;
  }
}
