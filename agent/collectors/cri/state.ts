import type { EvidenceOf } from '../../domain/evidence.ts';
import { redactText } from '../../domain/redact.ts';
import type { EpochUs } from '../../domain/time.ts';
import { given } from '../shared/identity-text.ts';
import { ContainerState } from './api.ts';
import type { CriStatus } from './schemas.ts';

const TEXT_LENGTH = 2_048;

/** Set by both runtimes where a container was made but its program never ran. */
const START_FAILED: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun', 'CreateContainerError']);

/**
 * CRI's status as evidence, at the time the container ended. `reason` is OOMKilled when the runtime heard of
 * an out-of-memory kill in time, whoever the victim was: it is passed on as the runtime's word, no more.
 *
 * @param terminationMessage what the program left for Kubernetes
 */
export function stateOf({ status }: CriStatus, at: EpochUs, terminationMessage?: string): EvidenceOf<'runtime_state'> {
  const ended = status.state === ContainerState.exited;
  const failed =
    ended && (START_FAILED.has(status.reason) || (status.startedAt === undefined && status.message !== ''));
  return {
    at: ended && status.finishedAt !== undefined ? status.finishedAt : at,
    source: 'cri',
    containerId: status.id,
    data: {
      kind: 'runtime_state',
      running: !ended && status.state !== ContainerState.created,
      ...(ended && { exitCode: status.exitCode, oomKilled: status.reason === 'OOMKilled' }),
      ...(ended && status.reason !== '' && { reason: foreignText(status.reason) }),
      ...given('message', terminationMessage === undefined ? undefined : foreignText(terminationMessage)),
      ...(failed && { error: foreignText(status.message === '' ? status.reason : status.message) }),
      ...given('startedAt', status.startedAt),
      ...(ended && given('finishedAt', status.finishedAt)),
    },
  };
}

function foreignText(text: string): string {
  return redactText(text.slice(0, TEXT_LENGTH)).text;
}
