import { sessionCommand } from '../remote/session-script.ts';
import type { HostSettings } from '../settings.ts';
import type { KubectlTarget } from './target.ts';

/** Label and container of the agents in `agent/deploy`. */
export const AGENT_SELECTOR = 'app.kubernetes.io/name=inquest';
const CONTAINER = 'agent';
const REQUEST_SECONDS = 10;

/** A name with `=` is never taken for an option or for two words. */
function inContext(context: string): readonly string[] {
  return context === '' ? [] : [`--context=${context}`];
}

/** Asks for the agent's pod: by its node, or by its name. */
export function podArguments({ context, namespace, node, pod }: KubectlTarget): readonly string[] {
  const which =
    node === undefined
      ? [`--field-selector=metadata.name=${pod ?? ''}`]
      : [`--selector=${AGENT_SELECTOR}`, `--field-selector=spec.nodeName=${node}`];
  return [...listArguments(context, namespace), ...which];
}

export function listArguments(context: string, namespace: string): readonly string[] {
  const within = `--request-timeout=${String(REQUEST_SECONDS)}s`;
  return [...inContext(context), within, 'get', 'pods', `--namespace=${namespace}`, '--output=json'];
}

/** Runs the session script beside the agent. Without a limit of time: the session lasts as long as the connection. */
export function execArguments(
  { context, namespace }: KubectlTarget,
  pod: string,
  { socket, command }: Pick<HostSettings, 'socket' | 'command'>,
): readonly string[] {
  const where = ['exec', '--stdin', `--namespace=${namespace}`, `--container=${CONTAINER}`, pod];
  return [...inContext(context), ...where, '--', 'sh', '-c', sessionCommand(socket, command)];
}
