import type { Evidence, EvidenceOf, RuntimeState } from '../../domain/evidence.ts';
import { redactText } from '../../domain/redact.ts';
import { type EpochUs, parseRfc3339 } from '../../domain/time.ts';
import type { Flavour } from './flavour.ts';
import type { Inspect } from './schemas.ts';

const TEXT_LENGTH = 2_048;

/**
 * `docker inspect`'s State as evidence, at the time the container ended.
 *
 * A container that waits for its restart is 'running' to Docker; it is not to us. OOMKilled is passed
 * on as it is: it is wrong both ways, and a contradiction is for the rules to see. Seen on 20.10: a kill
 * in the first milliseconds, before the shim listens, gives neither an `oom` event nor OOMKilled.
 *
 * @param at used when the container has not ended
 */
export function stateOf(
  { Id, State: state }: Inspect,
  at: EpochUs,
  source: Flavour['runtime'],
): EvidenceOf<'runtime_state'> {
  const startedAt = parseRfc3339(state.StartedAt ?? '');
  const finishedAt = parseRfc3339(state.FinishedAt ?? '');
  const running = state.Running === true && state.Restarting !== true;
  const failures = state.Health?.FailingStreak;
  const output = state.Health?.Log?.at(-1)?.Output;
  const data: RuntimeState = {
    kind: 'runtime_state',
    running,
    ...(!running && state.ExitCode !== undefined && { exitCode: state.ExitCode }),
    ...(state.OOMKilled !== undefined && { oomKilled: state.OOMKilled }),
    ...(state.Error !== undefined && state.Error !== '' && { error: foreignText(state.Error) }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(failures !== undefined && { healthFailures: failures }),
    ...(output !== undefined && output !== '' && { lastHealthOutput: foreignText(output) }),
  };
  const evidence: Evidence<RuntimeState> = {
    at: !running && finishedAt !== undefined ? finishedAt : at,
    source,
    containerId: Id,
    data,
  };
  return evidence;
}

/** Whether the container was made but its program never ran, with a reason. */
export function failedToStart({ State: state }: Inspect): boolean {
  return state.Running !== true && state.Error !== undefined && state.Error !== '';
}

export function isEnded(inspect: Inspect): boolean {
  const { Status: status } = inspect.State;
  return status === 'exited' || status === 'dead' || (status === 'created' && failedToStart(inspect));
}

function foreignText(text: string): string {
  return redactText(text.slice(0, TEXT_LENGTH)).text;
}
