/** Why a host cannot be reached, or was lost. Everything a person sees about it follows from this (describe-failure.ts). */
export type HostFailure =
  | { readonly reason: 'no-such-host'; readonly host: string }
  | { readonly reason: 'refused'; readonly host: string; readonly port: number | undefined; readonly detail: string }
  | {
      readonly reason: 'host-key';
      readonly problem: HostKeyProblem;
      readonly host: string;
      readonly fingerprint?: string;
      readonly keyType?: string;
      /** Where the key that decided stands, when one did. */
      readonly file?: string;
      readonly line?: number;
    }
  | {
      readonly reason: 'authentication';
      readonly host: string;
      readonly user: string;
      /** Methods the server would still have taken, where it said so. */
      readonly methods: readonly string[];
      /** False when nobody was there to be asked for a passphrase or a password. */
      readonly attended: boolean;
    }
  | {
      readonly reason: 'agent-not-installed';
      readonly host: string;
      readonly socket: string;
      readonly command: string;
    }
  | { readonly reason: 'agent-not-running'; readonly host: string; readonly socket: string }
  | {
      readonly reason: 'no-permission-on-socket';
      readonly host: string;
      readonly user: string;
      readonly group: string;
      readonly socket: string;
      /** What came of `sudo -n`, when the settings ask for it. */
      readonly sudo: 'not-used' | 'refused';
    }
  | {
      readonly reason: 'forwarding-disabled';
      readonly host: string;
      /** Why `inquest dial-stdio` does not serve instead. */
      readonly dialStdio: 'not-allowed' | 'no-command';
    }
  | {
      /** Something in the cluster has to come up first. */
      readonly reason: 'cluster-unavailable';
      readonly problem: 'unreachable' | 'no-agent' | 'not-running';
      readonly host: string;
      readonly namespace: string;
      readonly detail: string;
    }
  | {
      /** Somebody has to change something: asking again would only ask a person again. */
      readonly reason: 'cluster-denied';
      readonly problem: 'no-kubectl' | 'no-context' | 'authentication' | 'forbidden';
      readonly host: string;
      readonly namespace: string;
      readonly detail: string;
    }
  | { readonly reason: 'agent-too-old'; readonly host: string }
  | { readonly reason: 'agent-too-new'; readonly host: string }
  | { readonly reason: 'agent-failed'; readonly host: string; readonly detail: string }
  | { readonly reason: 'timeout'; readonly host: string; readonly seconds: number }
  | { readonly reason: 'connection-lost'; readonly host: string; readonly detail: string }
  | { readonly reason: 'configuration'; readonly host: string; readonly detail: string }
  | { readonly reason: 'cancelled'; readonly host: string };

export type FailureReason = HostFailure['reason'];

export type HostKeyProblem =
  /** Another key of the same type is known: the host was set up anew, or somebody stands in between. */
  | 'changed'
  | 'revoked'
  /** Not known, and nobody may be or was to be asked. */
  | 'unknown'
  /** Not known, and the person asked did not trust it. */
  | 'rejected'
  /** Only a certificate authority vouches for the host, which this client cannot verify. */
  | 'certificate-authority';

/** What is worth another attempt by itself. The rest waits for somebody to change something. */
const RETRIED: Readonly<Record<FailureReason, boolean>> = {
  'no-such-host': true,
  refused: true,
  'host-key': false,
  authentication: false,
  'agent-not-installed': true,
  'agent-not-running': true,
  'no-permission-on-socket': true,
  'forwarding-disabled': false,
  'cluster-unavailable': true,
  'cluster-denied': false,
  'agent-too-old': false,
  'agent-too-new': false,
  'agent-failed': true,
  timeout: true,
  'connection-lost': true,
  configuration: false,
  cancelled: false,
};

export const FAILURE_REASONS: readonly FailureReason[] = Object.keys(RETRIED).filter(isFailureReason);

function isFailureReason(text: string): text is FailureReason {
  return Object.hasOwn(RETRIED, text);
}

export function isRetried(reason: FailureReason): boolean {
  return RETRIED[reason];
}

/** The one error of this folder: `failure` is for code and for describeFailure, `message` for logs. */
export class HostError extends Error {
  readonly failure: HostFailure;

  constructor(failure: HostFailure, cause?: unknown) {
    super(`${failure.host}: ${failure.reason}${'detail' in failure ? ` (${failure.detail})` : ''}`, { cause });
    this.name = 'HostError';
    this.failure = failure;
  }
}
