/**
 * Finds containers that could not be started.
 *
 * Seen on Docker 20.10.24 with runc 1.1.5:
 *
 * | start of | events after `create` | inspect |
 * | --- | --- | --- |
 * | a missing file (127) | `network connect`, `network disconnect` | created, ExitCode 127, Error "… stat /nope: no such file or directory" |
 * | a file without permission to execute, a directory (126) | the same | created, ExitCode 126, Error "… permission denied" |
 * | either, with `--network container:ID` | **none** | as above |
 * | either, with `--rm` | `network connect`, `network disconnect`, `destroy` 8 ms later | gone after `destroy` |
 * | a program of another architecture, a script without `#!` | `start`, `die` with exitCode 1 | exited, ExitCode 1, no Error; the log has "exec /x: exec format error" |
 *
 * So there is neither a `start` nor a `die` of a container that the runtime could not create. A network
 * that goes without a `start` in between is the sign; where no network is touched, a second look is.
 */
export class StartWatch {
  readonly #look: (containerId: string) => void;
  readonly #phases = new Map<string, 'connected' | 'started'>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #delaysMs: readonly number[];

  /** @param look called when the container should be inspected for an error */
  constructor(look: (containerId: string) => void, delaysMs: readonly number[] = LOOK_DELAYS_MS) {
    this.#look = look;
    this.#delaysMs = delaysMs;
  }

  created(containerId: string): void {
    if (this.#timers.size < WATCHED_MAX) this.#schedule(containerId, 0);
  }

  started(containerId: string): void {
    this.#phases.set(containerId, 'started');
    this.settled(containerId);
  }

  ended(containerId: string): void {
    this.#phases.delete(containerId);
  }

  network(containerId: string, connected: boolean): void {
    const phase = this.#phases.get(containerId);
    if (phase === 'started') return;
    if (connected) {
      if (this.#phases.size < PHASES_MAX) this.#phases.set(containerId, 'connected');
    } else if (phase === 'connected') {
      this.#phases.delete(containerId);
      this.#look(containerId);
    }
  }

  /** Nothing more to look for. */
  settled(containerId: string): void {
    clearTimeout(this.#timers.get(containerId));
    this.#timers.delete(containerId);
  }

  forget(containerId: string): void {
    this.settled(containerId);
    this.#phases.delete(containerId);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#phases.clear();
  }

  #schedule(containerId: string, attempt: number): void {
    const delayMs = this.#delaysMs[attempt];
    this.settled(containerId);
    if (delayMs === undefined) return;
    const timer = setTimeout(() => {
      this.#schedule(containerId, attempt + 1);
      this.#look(containerId);
    }, delayMs);
    this.#timers.set(containerId, timer);
  }
}

/** `docker run` starts what it created within milliseconds; `docker create` may be followed by a start much later. */
const LOOK_DELAYS_MS: readonly number[] = [1_000, 4_000, 15_000];
const WATCHED_MAX = 256;
const PHASES_MAX = 10_000;
