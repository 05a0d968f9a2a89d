import type { CollectorSink } from '../../domain/collector.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import type { EpochUs } from '../../domain/time.ts';
import type { DockerClient } from './client.ts';
import { eventKey, eventTime, networkEvent, runtimeEvent } from './events.ts';
import type { Flavour } from './flavour.ts';
import { identityOf, identityOfEvent } from './identity.ts';
import { describe, isRunning } from './questions.ts';
import { RecentKeys } from './recent-keys.ts';
import { type DockerEvent, EventSchema, type Inspect } from './schemas.ts';
import { StartWatch } from './start-watch.ts';
import { failedToStart, stateOf } from './state.ts';

export interface EventHandlerOptions {
  readonly sink: CollectorSink;
  readonly flavour: Flavour;
  readonly clock: () => EpochUs;
  /** The client of the moment. */
  readonly client: () => DockerClient | undefined;
  /** Tells the user of something that went wrong without ending the collection. */
  readonly problem: (text: string) => void;
  readonly startLooksMs?: readonly number[];
}

/** Docker itself remembers 256 events. */
const REMEMBERED_EVENTS = 1_024;
const OWED_MAX = 4_096;

/** Turns the daemon's events into evidence and identities, asking back where an event says too little. */
export class EventHandler {
  readonly #options: EventHandlerOptions;
  readonly #recent = new RecentKeys(REMEMBERED_EVENTS);
  readonly #starts: StartWatch;
  readonly #live = new Set<string>();
  /** Ended, and the daemon went away before it could be asked how. */
  readonly #owed = new Map<string, EpochUs>();
  readonly #asking = new Set<Promise<void>>();
  #lastEventAt: EpochUs | undefined;

  constructor(options: EventHandlerOptions) {
    this.#options = options;
    this.#starts = new StartWatch((id) => {
      this.#lookForStartError(id);
    }, options.startLooksMs);
  }

  get #runtime(): Flavour['runtime'] {
    return this.#options.flavour.runtime;
  }

  /** Where to resume. */
  get lastEventAt(): EpochUs | undefined {
    return this.#lastEventAt;
  }

  badLine(): void {
    this.#options.problem(`${this.#options.flavour.title} sent an event that cannot be read; it was left out.`);
  }

  event(value: unknown): void {
    const parsed = EventSchema.safeParse(value);
    if (!parsed.success) {
      this.badLine();
      return;
    }
    const event = parsed.data;
    const at = eventTime(event);
    if (at === undefined || !this.#recent.add(eventKey(event))) return;
    this.#lastEventAt = Math.max(this.#lastEventAt ?? 0, at);
    const network = networkEvent(event);
    if (network !== undefined) this.#starts.network(network.containerId, network.connected);
    const evidence = runtimeEvent(event, this.#runtime);
    if (evidence === undefined) return;
    this.#options.sink.evidence([evidence]);
    this.#followUp(event, evidence.data.action, at);
  }

  #followUp(event: DockerEvent, action: string, at: EpochUs): void {
    const id = event.Actor.ID;
    switch (action) {
      case 'create':
        // At once, from the event alone: with --rm the container may be gone before it can be inspected.
        this.#options.sink.container(identityOfEvent(event, this.#runtime));
        this.#starts.created(id);
        this.#refresh(id);
        break;
      case 'start':
        this.#live.add(id);
        this.#starts.started(id);
        this.#refresh(id, event);
        break;
      case 'update':
      case 'rename':
        this.#refresh(id, event);
        break;
      case 'die':
        this.#ended(id, at);
        break;
      case 'oom':
        // Docker hears of it on another way than of the end, and sometimes later: the state changes again.
        if (!this.#live.has(id)) this.#askState(id, at);
        break;
      case 'destroy':
        this.#live.delete(id);
        this.#owed.delete(id);
        this.#starts.forget(id);
        break;
      default:
        break;
    }
  }

  /** Identities of what runs, and the end of what ran when the connection was lost and does not any more. */
  async catchUp(client: DockerClient): Promise<void> {
    const entries = await client.list();
    const running = entries.filter(isRunning);
    const runningIds = new Set(running.map(({ id }) => id));
    for (const id of this.#live) {
      if (!runningIds.has(id)) this.#ended(id, this.#options.clock());
    }
    for (const [id, at] of this.#owed) this.#askState(id, at);
    for (const { id } of running) {
      this.#live.add(id);
      this.#starts.started(id);
      this.#refresh(id, undefined, false);
    }
    await this.#idle();
  }

  #refresh(containerId: string, fallback?: DockerEvent, urgent = true): void {
    this.#ask(containerId, urgent, async (inspect) => {
      if (inspect !== undefined) {
        const { identity } = await describe(inspect, this.#options.clock(), this.#runtime);
        this.#options.sink.container(identity);
      } else if (fallback !== undefined) {
        this.#options.sink.container(identityOfEvent(fallback, this.#runtime));
      }
    });
  }

  #ended(containerId: string, at: EpochUs): void {
    this.#live.delete(containerId);
    this.#starts.ended(containerId);
    if (this.#owed.size < OWED_MAX) this.#owed.set(containerId, at);
    this.#askState(containerId, at);
  }

  #askState(containerId: string, at: EpochUs): void {
    this.#ask(containerId, true, (inspect) => {
      this.#owed.delete(containerId);
      if (inspect === undefined) return;
      this.#options.sink.container(identityOf(inspect, this.#runtime));
      const state = stateOf(inspect, at, this.#runtime);
      // A policy may have started it again by now: then this is the state of another run.
      if (!state.data.running) this.#options.sink.evidence([state]);
    });
  }

  #lookForStartError(containerId: string): void {
    this.#ask(containerId, true, (inspect) => {
      if (inspect === undefined || !failedToStart(inspect)) return;
      this.#starts.settled(containerId);
      this.#options.sink.container(identityOf(inspect, this.#runtime));
      this.#options.sink.evidence([stateOf(inspect, this.#options.clock(), this.#runtime)]);
    });
  }

  #ask(containerId: string, urgent: boolean, use: (inspect: Inspect | undefined) => void | Promise<void>): void {
    const client = this.#options.client();
    if (client === undefined) return;
    const task = this.#inspectAndUse(client, containerId, urgent, use);
    this.#asking.add(task);
    void task.finally(() => this.#asking.delete(task));
  }

  async #inspectAndUse(
    client: DockerClient,
    containerId: string,
    urgent: boolean,
    use: (inspect: Inspect | undefined) => void | Promise<void>,
  ): Promise<void> {
    try {
      await use(await client.inspect(containerId, urgent));
    } catch (error) {
      // With the connection gone its loss is what is reported.
      const isLost = error instanceof InquestError && error.reason === 'runtime-absent';
      if (!isLost && this.#options.client() === client) this.#options.problem(messageOf(error));
    }
  }

  async #idle(): Promise<void> {
    while (this.#asking.size > 0) await Promise.all(this.#asking);
  }

  /** After the client is closed. */
  async stop(): Promise<void> {
    this.#starts.stop();
    await this.#idle();
  }
}
