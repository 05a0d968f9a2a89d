import { createHostConnection } from '../hosts/index.ts';
import type { HostConnection } from '../hosts/index.ts';
import { openLink } from '../hosts/open-agent.ts';
import type { HostLink, HostLog } from '../hosts/transport.ts';
import type { SecretStore } from '../hosts/prompter.ts';
import type { ConfiguredHost } from '../settings/read-hosts.ts';
import { prompter } from './prompts.ts';

const TIMEOUT_MS = 15_000;

export interface ConnectOptions {
  readonly version: string;
  readonly log: HostLog;
  readonly secrets: SecretStore;
}

/** A connection to one host that asks its questions in this window. */
export function createConnection(host: ConfiguredHost, { version, log, secrets }: ConnectOptions): HostConnection {
  return createHostConnection({
    settings: host.settings,
    identity: { clientName: 'inquest-vscode', clientVersion: version, timeoutMs: TIMEOUT_MS },
    prompter,
    secrets,
    log,
  });
}

export interface ShellOptions {
  readonly log: HostLog;
  readonly secrets: SecretStore;
  readonly signal: AbortSignal;
}

/** A way to a host of its own, without an agent at its end, for a person who may be asked. The caller closes it. */
export async function openShell(
  { settings }: ConfiguredHost,
  { log, secrets, signal }: ShellOptions,
): Promise<HostLink> {
  return await openLink({ settings, log, secrets, attempt: { signal, prompter } });
}
