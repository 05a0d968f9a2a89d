import type { Evidence, RuntimeAction, RuntimeEvent } from '../../domain/evidence.ts';
import { parseSignal } from '../../domain/signals.ts';
import { type EpochUs, US_PER_SECOND } from '../../domain/time.ts';
import type { Flavour } from './flavour.ts';
import { ContainerId, type DockerEvent } from './schemas.ts';

const NS_PER_US = 1_000;

/** Everything else (attach, resize, top, exec_create, export, copy, …) says nothing about a death. */
const ACTIONS: ReadonlyMap<string, RuntimeAction> = new Map(
  (
    [
      'create',
      'start',
      'kill',
      'stop',
      'die',
      'oom',
      'restart',
      'destroy',
      'pause',
      'unpause',
      'update',
      'rename',
      'exec_start',
      'exec_die',
      'health_status',
    ] as const
  ).map((action) => [action, action]),
);

/** What Podman calls differently, where it does not translate for a client of Docker’s API. */
const PODMAN_WORDS: ReadonlyMap<string, string> = new Map([
  ['died', 'die'],
  ['exec_died', 'exec_die'],
  ['remove', 'destroy'],
]);

const HEALTH: ReadonlyMap<string, RuntimeEvent['health']> = new Map([
  ['healthy', 'healthy'],
  ['unhealthy', 'unhealthy'],
  ['starting', 'starting'],
]);

/** Time of an event: nanoseconds, which a double rounds to 256 of them, or seconds from old engines. */
export function eventTime({ timeNano, time }: DockerEvent): EpochUs | undefined {
  if (timeNano !== undefined && timeNano > 0) return Math.floor(timeNano / NS_PER_US);
  return time !== undefined && time > 0 ? time * US_PER_SECOND : undefined;
}

/** The same event, when the stream is opened again with an overlap. */
export function eventKey({ Action: action, Actor: actor, timeNano, time }: DockerEvent): string {
  return `${String(timeNano ?? time)} ${actor.ID} ${actor.Attributes?.['container'] ?? ''} ${action}`;
}

/**
 * The container's event as evidence. Actions carry data after a colon: `exec_start: COMMAND`, which is
 * dropped because commands have secrets, and `health_status: unhealthy`.
 */
export function runtimeEvent(
  event: DockerEvent,
  source: Flavour['runtime'] = 'docker',
): Evidence<RuntimeEvent> | undefined {
  const [verb, detail] = splitAction(event.Action);
  const action = ACTIONS.get(PODMAN_WORDS.get(verb) ?? verb);
  const at = eventTime(event);
  if (event.Type !== 'container' || action === undefined || at === undefined) return undefined;
  if (!ContainerId.safeParse(event.Actor.ID).success) return undefined;
  const attributes = event.Actor.Attributes ?? {};
  const signal = action === 'kill' ? parseSignal(attributes['signal'] ?? '') : undefined;
  const exitCode =
    action === 'die' || action === 'exec_die'
      ? parseExitCode(attributes['exitCode'] ?? attributes['containerExitCode'])
      : undefined;
  const health = action === 'health_status' ? HEALTH.get(detail ?? '') : undefined;
  return {
    at,
    source,
    containerId: event.Actor.ID,
    data: {
      kind: 'runtime_event',
      action,
      ...(signal !== undefined && { signal }),
      ...(exitCode !== undefined && { exitCode }),
      ...(health !== undefined && { health }),
    },
  };
}

function splitAction(action: string): readonly [string, string?] {
  const colon = action.indexOf(':');
  return colon < 0 ? [action] : [action.slice(0, colon), action.slice(colon + 1).trim()];
}

function parseExitCode(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/**
 * `network connect` and `network disconnect` frame every attempt to start, also those without any event
 * of the container itself; the result is the container's id.
 */
export function networkEvent(
  event: DockerEvent,
): { readonly containerId: string; readonly connected: boolean } | undefined {
  if (event.Type !== 'network' || (event.Action !== 'connect' && event.Action !== 'disconnect')) return undefined;
  const id = ContainerId.safeParse(event.Actor.Attributes?.['container']);
  return id.success ? { containerId: id.data, connected: event.Action === 'connect' } : undefined;
}
