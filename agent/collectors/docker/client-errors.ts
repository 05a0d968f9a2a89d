import { errorCode, InquestError, messageOf } from '../../domain/errors.ts';
import type { Flavour } from './flavour.ts';

const NOT_FOUND = 404;
const NOT_IMPLEMENTED = 501;

function statusCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** The engine knows the container and cannot do that for it, such as reading the log of some logging drivers. */
export class UnsupportedError extends InquestError {
  constructor(title: string, cause: unknown) {
    super('runtime-failed', `${title} cannot do that for this container.`, { cause });
    this.name = 'UnsupportedError';
  }
}

/** What to tell the user, by the socket's error code and never by message text. */
export function describeFailure(error: unknown, socketPath: string, flavour: Flavour): InquestError {
  if (error instanceof InquestError) return error;
  const { title, daemon, setting, start } = flavour;
  switch (errorCode(error)) {
    case 'ENOENT':
      return new InquestError('runtime-absent', `There is no ${title} socket at ${socketPath}.`, {
        next: `${start}, or set "${setting}" in the settings to its socket or to "off".`,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new InquestError('no-permission', `Access to the ${title} socket ${socketPath} is denied.`, {
        next: 'Run the agent as root or add its user to the group that owns the socket.',
        cause: error,
      });
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EPIPE':
      return new InquestError('runtime-absent', `Nothing answers on the ${title} socket ${socketPath}.`, {
        next: `Check that ${daemon} is running.`,
        cause: error,
      });
    case undefined:
    default:
      break;
  }
  const status = statusCode(error);
  if (status === NOT_FOUND)
    return new InquestError('not-found', `${title} does not know the container.`, { cause: error });
  if (status === NOT_IMPLEMENTED) return new UnsupportedError(title, error);
  return new InquestError('runtime-failed', `${title} failed: ${messageOf(error)}`, { cause: error });
}
