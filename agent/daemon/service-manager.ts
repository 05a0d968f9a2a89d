import { messageOf } from '../domain/errors.ts';
import type { NativeBinding } from '../native/binding.ts';
import type { Log } from './log.ts';

const US_PER_MS = 1_000;
/** Pings in the time after which one is missed: sd_watchdog_enabled(3) asks for two, one may come late. */
const PINGS_PER_PERIOD = 3;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Tells systemd how the agent is (sd_notify(3)): ready once it serves, alive as long as its event loop turns, stopping.
 * Nothing where nobody asks for it, which is everywhere but in a service of `Type=notify`.
 */
export class ServiceManager {
  readonly #socket: string | undefined;
  readonly #periodMs: number | undefined;
  readonly #notify: NativeBinding['notify'];
  readonly #log: Log;
  #pinging: NodeJS.Timeout | undefined;

  constructor(env: Environment, pid: number, notify: NativeBinding['notify'], log: Log) {
    this.#socket = env['NOTIFY_SOCKET'];
    this.#periodMs = watchdogMs(env, pid);
    this.#notify = notify;
    this.#log = log;
  }

  ready(): void {
    this.#tell('READY=1');
    if (this.#periodMs === undefined) return;
    this.#pinging = setInterval(() => {
      this.#tell('WATCHDOG=1');
    }, this.#periodMs / PINGS_PER_PERIOD).unref();
  }

  /** Still pings: to stop takes time, too, and somebody should notice when it never ends. */
  stopping(): void {
    this.#tell('STOPPING=1');
  }

  close(): void {
    clearInterval(this.#pinging);
  }

  #tell(state: string): void {
    if (this.#socket === undefined) return;
    try {
      this.#notify(this.#socket, state);
    } catch (error) {
      // Whoever waits for it restarts the agent, and its log should say why.
      this.#log.warn(`systemd was not told ${state}: ${messageOf(error)}`);
    }
  }
}

/** How often systemd wants to hear from this process, `undefined` where it does not. */
function watchdogMs(env: Environment, pid: number): number | undefined {
  const forPid = env['WATCHDOG_PID'];
  const periodUs = Number(env['WATCHDOG_USEC'] ?? '');
  if (forPid !== undefined && forPid !== String(pid)) return undefined;
  return Number.isSafeInteger(periodUs) && periodUs > 0 ? periodUs / US_PER_MS : undefined;
}
