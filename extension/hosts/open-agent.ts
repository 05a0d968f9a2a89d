import type { AgentClient, ClientIdentity } from '../../agent/client/agent-client.ts';
import { chooseTransport } from './choose-transport.ts';
import { withDeadline } from './deadline.ts';
import { HostError } from './failure.ts';
import type { SecretStore } from './prompter.ts';
import { reachAgent } from './remote/reach-agent.ts';
import type { HostSettings } from './settings.ts';
import type { Attempt, HostLink, HostLog, HostTransport, Route, TransportName } from './transport.ts';

export const DEFAULT_ATTEMPT_SECONDS = 30;

export interface LinkOptions {
  readonly settings: HostSettings;
  readonly log: HostLog;
  readonly secrets?: SecretStore;
  readonly attempt: Attempt;
  readonly attemptSeconds?: number;
}

export interface OpenOptions extends LinkOptions {
  readonly identity: ClientIdentity;
}

export interface OpenedAgent {
  readonly client: AgentClient;
  readonly route: Route;
  readonly transport: TransportName;
}

/** One attempt from nothing to a greeted agent. Rejects with HostError; nothing stays behind. */
export async function openAgent(options: OpenOptions): Promise<OpenedAgent> {
  return within(options, (attempt) => open(options, attempt));
}

/** One attempt to a way to the host, whatever is at its end. Rejects with HostError; nothing stays behind. */
export async function openLink(options: LinkOptions): Promise<HostLink> {
  const { settings, log, secrets } = options;
  return within(options, async (attempt) => (await connectTo(settings, log, secrets, attempt)).link);
}

async function within<T>(options: LinkOptions, work: (attempt: Attempt) => Promise<T>): Promise<T> {
  const { attemptSeconds: seconds = DEFAULT_ATTEMPT_SECONDS } = options;
  const host = options.settings.target;
  const expired = (): HostError => new HostError({ reason: 'timeout', host, seconds });
  return withDeadline(options.attempt, seconds * 1_000, expired, async (attempt) => {
    try {
      return await work(attempt);
    } catch (error) {
      const reason: unknown = attempt.signal.reason;
      if (!attempt.signal.aborted) throw error;
      throw reason instanceof HostError ? reason : new HostError({ reason: 'cancelled', host }, reason);
    }
  });
}

async function connectTo(
  settings: HostSettings,
  log: HostLog,
  secrets: SecretStore | undefined,
  attempt: Attempt,
): Promise<{ readonly transport: HostTransport; readonly link: HostLink }> {
  const transport = await chooseTransport(settings, log, secrets);
  attempt.signal.throwIfAborted();
  log.info(`${settings.target}: connecting by ${transport.description}`);
  return { transport, link: await transport.connect(attempt) };
}

async function open({ settings, identity, log, secrets }: OpenOptions, attempt: Attempt): Promise<OpenedAgent> {
  const { transport, link } = await connectTo(settings, log, secrets, attempt);
  const close = (): void => {
    link.close();
  };
  attempt.signal.addEventListener('abort', close, { once: true });
  try {
    attempt.signal.throwIfAborted();
    const { client, route } = await reachAgent(link, settings, identity, log);
    if (attempt.signal.aborted) client.close();
    attempt.signal.throwIfAborted();
    client.onClose(close);
    log.info(`${settings.target}: connected by ${transport.description}, ${route}`);
    return { client, route, transport: transport.name };
  } catch (error) {
    close();
    throw error;
  } finally {
    attempt.signal.removeEventListener('abort', close);
  }
}
