import { connectStreams, type AgentClient, type ClientIdentity } from '../../../agent/client/agent-client.ts';
import { RequestError } from '../../../agent/client/errors.ts';
import { InquestError, messageOf } from '../../../agent/domain/errors.ts';
import { DEFAULT_SETTINGS } from '../../../agent/domain/settings.ts';
import { displayText } from '../../../agent/domain/display.ts';
import { PROTOCOL_VERSION } from '../../../agent/domain/protocol.ts';
import { HostError, type HostFailure } from '../failure.ts';
import type { HostSettings } from '../settings.ts';
import type { HostLink, HostLog, Route } from '../transport.ts';
import { failureOf, noPermission, type Asked, type HostFacts } from './facts.ts';
import { SudoRefused } from './session.ts';

export interface Reached {
  readonly client: AgentClient;
  readonly route: Route;
}

interface Reach {
  readonly link: HostLink;
  readonly settings: HostSettings;
  readonly identity: ClientIdentity;
  readonly log: HostLog;
}

/** Greets the agent over a link, by the routes that the settings allow. Rejects with HostError. */
export async function reachAgent(
  link: HostLink,
  settings: HostSettings,
  identity: ClientIdentity,
  log: HostLog,
): Promise<Reached> {
  const reach = { link, settings, identity, log };
  const [first, second] = routesOf(settings);
  try {
    return await greet(reach, first);
  } catch (error) {
    if (first !== 'forward' || notForwarded(error) === undefined) throw error;
  }
  try {
    // A socket that came into being between the attempt and the look at it passes for one that is not forwarded, which
    // nobody tries again: an agent that is just starting. So one that is there is tried once more.
    return await greet(reach, first);
  } catch (error) {
    const failure = notForwarded(error);
    if (failure === undefined || second === undefined || failure.dialStdio === 'no-command') throw error;
  }
  log.info(`${settings.target}: the server does not forward sockets; running ${settings.command} dial-stdio there`);
  // In `auto` the session decides between 'not forwarded' and 'nobody listens': who dials in vain listens in vain.
  return await greet(reach, second);
}

function notForwarded(error: unknown): Extract<HostFailure, { reason: 'forwarding-disabled' }> | undefined {
  return error instanceof HostError && error.failure.reason === 'forwarding-disabled' ? error.failure : undefined;
}

export function routesOf({ route, sudo }: HostSettings): readonly [Route, Route?] {
  if (sudo) return ['sudo-dial-stdio'];
  switch (route) {
    case 'auto':
      return ['forward', 'dial-stdio'];
    case 'forward':
      return ['forward'];
    case 'dial-stdio':
      return ['dial-stdio'];
  }
}

/** By one route. Rejects with HostError. */
async function greet(reach: Reach, route: Route): Promise<Reached> {
  try {
    const { readable, writable } = await reach.link.open(route);
    return { client: await connectStreams(readable, writable, reach.identity), route };
  } catch (error) {
    throw new HostError(await explain(error, reach, route), error);
  }
}

/** The real reason behind an agent that did not answer. */
async function explain(error: unknown, { link, settings, log }: Reach, route: Route): Promise<HostFailure> {
  const { target: host } = settings;
  if (error instanceof HostError) return error.failure;
  if (error instanceof InquestError && error.reason === 'agent-incompatible') {
    return { reason: versionOf(error) > PROTOCOL_VERSION ? 'agent-too-new' : 'agent-too-old', host };
  }
  if (error instanceof RequestError) return { reason: 'agent-failed', host, detail: displayText(error.message) };
  log.debug(`${host}: ${route} failed: ${messageOf(error)} ${displayText(link.lastWords())}`);
  if (error instanceof InquestError && error.reason === 'timeout') {
    return { reason: 'agent-failed', host, detail: displayText(error.message) };
  }
  try {
    const facts = await link.facts();
    return error instanceof SudoRefused ? sudoRefused(facts, settings) : await diagnose(facts, link, route, settings);
  } catch (reason) {
    if (reason instanceof HostError) return reason.failure;
    const words = displayText(link.lastWords());
    return { reason: 'connection-lost', host, detail: words === '' ? displayText(messageOf(reason)) : words };
  }
}

/** The protocol of an agent that we do not understand; 0 when it does not say. */
function versionOf(error: InquestError): number {
  const data = error.cause instanceof RequestError ? error.cause.data : undefined;
  if (typeof data !== 'object' || data === null || !('protocolVersion' in data)) return 0;
  return typeof data.protocolVersion === 'number' ? data.protocolVersion : 0;
}

function askedOf({ target: host, socket, command }: HostSettings): Asked {
  return { host, socket, command, defaultGroup: DEFAULT_SETTINGS.socketGroup };
}

function sudoRefused(facts: HostFacts, settings: HostSettings): HostFailure {
  const asked = askedOf(settings);
  if (!facts.hasCommand) return notInstalled(settings);
  return noPermission(facts, asked, 'refused');
}

function notRunning({ target: host, socket }: HostSettings): HostFailure {
  return { reason: 'agent-not-running', host, socket };
}

function notInstalled({ target: host, socket, command }: HostSettings): HostFailure {
  return { reason: 'agent-not-installed', host, socket, command };
}

async function diagnose(facts: HostFacts, link: HostLink, route: Route, settings: HostSettings): Promise<HostFailure> {
  const { target: host } = settings;
  // sudo let the command through: what this user may do with the socket says nothing.
  if (route === 'sudo-dial-stdio') return notRunning(settings);
  const failure = failureOf(facts, askedOf(settings));
  if (failure !== undefined) return failure;
  if (route === 'dial-stdio') {
    return facts.hasCommand ? notRunning(settings) : notInstalled(settings);
  }
  if (!facts.hasCommand) return { reason: 'forwarding-disabled', host, dialStdio: 'no-command' };
  if (settings.route === 'auto') return { reason: 'forwarding-disabled', host, dialStdio: 'not-allowed' };
  return (await link.answers())
    ? { reason: 'forwarding-disabled', host, dialStdio: 'not-allowed' }
    : notRunning(settings);
}
