import type { Findings } from '../domain/hover.ts';
import { DEATHS_TIMEOUT_MS } from '../domain/lsp-protocol.ts';
import { knownContainers, NOTHING_KNOWN } from '../domain/mentions.ts';
import type { KnownContainers, Mention } from '../domain/mentions.ts';
import type { EpochUs } from '../domain/time.ts';
import type { DeathSource } from './death-source.ts';
import { wantedFor, weigh } from './wanted.ts';
import { within } from './within.ts';

/** Hovers come in bursts; what the client knows changes with deaths. */
const KNOWN_FOR_MS = 5_000;

/** What one hover may still wait for deaths, over all its questions. */
export interface Patience {
  leftMs: number;
}

export function freshPatience(): Patience {
  return { leftMs: DEATHS_TIMEOUT_MS };
}

/** Looks deaths up for a hover. What fails or takes too long is told to `report`, and the hover does without. */
export class DeathLookup {
  readonly #source: DeathSource | undefined;
  readonly #report: (error: unknown) => void;
  readonly #now: () => number;
  #known: { readonly until: number; readonly containers: KnownContainers } | undefined;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    source: DeathSource | undefined,
    report: (error: unknown) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#source = source;
    this.#report = report;
    this.#now = now;
  }

  async known(patience: Patience, signal: AbortSignal): Promise<KnownContainers> {
    const source = this.#source;
    if (source === undefined) return NOTHING_KNOWN;
    if (this.#known !== undefined && this.#now() < this.#known.until) return this.#known.containers;
    const fresh = await this.#inTime(patience, signal, async (inner) => knownContainers(await source.known(inner)));
    const containers = fresh ?? this.#known?.containers ?? NOTHING_KNOWN;
    this.#known = { until: this.#now() + KNOWN_FOR_MS, containers };
    return containers;
  }

  /** @param line everything that the line says, the hovered mention included */
  async find(
    mention: Mention,
    line: readonly Mention[],
    near: EpochUs | undefined,
    patience: Patience,
    signal: AbortSignal,
  ): Promise<Findings | undefined> {
    const source = this.#source;
    const wanted = wantedFor(mention, line, near);
    if (source === undefined || wanted === undefined) return undefined;
    const deaths = await this.#inTime(patience, signal, (inner) => source.find(wanted, inner));
    return deaths && weigh(deaths, wanted);
  }

  async #inTime<T>(
    patience: Patience,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    if (patience.leftMs <= 0) return undefined;
    const start = this.#now();
    try {
      return await within(patience.leftMs, signal, work);
    } catch (error) {
      signal.throwIfAborted();
      this.#report(error);
      return undefined;
    } finally {
      patience.leftMs -= this.#now() - start;
    }
  }
}
