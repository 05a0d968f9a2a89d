import { errorCode, InquestError, messageOf } from '../../domain/errors.ts';

const NOT_FOUND = 404;
const NOT_IMPLEMENTED = 501;

function statusCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** The engine knows the container and cannot do that for it, such as reading the log of some logging drivers. */
export class UnsupportedError extends InquestError {
  constructor(cause: unknown) {
    super('runtime-failed', 'Docker cannot do that for this container.', { cause });
    this.name = 'UnsupportedError';
  }
}

/** What to tell the user, by the socket's error code and never by message text. */
export function describeFailure(error: unknown, socketPath: string): InquestError {
  if (error instanceof InquestError) return error;
  switch (errorCode(error)) {
    case 'ENOENT':
      return new InquestError('runtime-absent', `There is no Docker socket at ${socketPath}.`, {
        next: 'Start Docker, or set "docker" in the settings to its socket or to "off".',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new InquestError('no-permission', `Access to the Docker socket ${socketPath} is denied.`, {
        next: 'Run the agent as root or add its user to the group that owns the socket.',
        cause: error,
      });
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EPIPE':
      return new InquestError('runtime-absent', `Nothing answers on the Docker socket ${socketPath}.`, {
        next: 'Check that the Docker daemon is running.',
        cause: error,
      });
    case undefined:
    default:
      break;
  }
  const status = statusCode(error);
  if (status === NOT_FOUND)
    return new InquestError('not-found', 'Docker does not know the container.', { cause: error });
  if (status === NOT_IMPLEMENTED) return new UnsupportedError(error);
  return new InquestError('runtime-failed', `Docker failed: ${messageOf(error)}`, { cause: error });
}
