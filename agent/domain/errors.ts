/** Why something failed, for code to decide on. Nobody matches on message text. */
export type ErrorReason =
  | 'no-btf'
  | 'no-permission'
  | 'lockdown'
  | 'verifier'
  | 'kernel-too-old'
  | 'no-bpffs'
  | 'object-missing'
  | 'layout-mismatch'
  | 'addon-missing'
  | 'agent-not-running'
  | 'agent-already-running'
  | 'agent-incompatible'
  | 'bad-settings'
  | 'bad-usage'
  | 'unsafe-environment'
  | 'store-newer'
  | 'store-corrupt'
  | 'store-full'
  | 'store-failed'
  | 'runtime-absent'
  | 'runtime-failed'
  | 'timeout'
  | 'not-found'
  | 'system';

/** An error a person can act on: `message` says what happened, `next` what to do about it. */
export class InquestError extends Error {
  readonly reason: ErrorReason;
  readonly next: string | undefined;

  constructor(reason: ErrorReason, message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'InquestError';
    this.reason = reason;
    this.next = options.next;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node.js system error such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
