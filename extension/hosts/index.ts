export { createHostConnection, type HostConnection, type HostConnectionOptions } from './host-connection.ts';
export { listSshAliases, type AliasOptions } from './config/aliases.ts';
export { describeFailure, type FailureText } from './describe-failure.ts';
export { FAILURE_REASONS, HostError, type FailureReason, type HostFailure } from './failure.ts';
export type {
  HostKeyRequest,
  KeyboardInteractiveRequest,
  PassphraseAnswer,
  PassphraseRequest,
  PasswordRequest,
  Prompter,
  SecretStore,
} from './prompter.ts';
export {
  DEFAULT_HOST_SETTINGS,
  LOCAL_TARGET,
  type HostSettings,
  type RouteChoice,
  type TransportChoice,
} from './settings.ts';
export type { HostState } from './state.ts';
export type { HostLog, HostTransport, Route, TransportName } from './transport.ts';
export { forgetPassphrases } from './passphrases.ts';
