import type { HelloResult } from '../../agent/domain/protocol.ts';
import type { HostFailure } from './failure.ts';
import type { Route, TransportName } from './transport.ts';

/** Where a host's connection stands. */
export type HostState =
  | { readonly kind: 'idle' }
  /** `attended`: somebody asked for it and may be prompted. */
  | { readonly kind: 'connecting'; readonly attended: boolean }
  | {
      readonly kind: 'connected';
      readonly hello: HelloResult;
      readonly transport: TransportName;
      readonly route: Route;
      /** Milliseconds of the Unix epoch. */
      readonly since: number;
    }
  /** Tries again by itself. */
  | {
      readonly kind: 'waiting';
      readonly failure: HostFailure;
      /** Milliseconds of the Unix epoch. */
      readonly retryAt: number;
    }
  /** Does not try again until somebody connects. */
  | { readonly kind: 'failed'; readonly failure: HostFailure };
