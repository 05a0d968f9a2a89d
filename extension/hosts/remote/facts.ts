import type { HostFailure } from '../failure.ts';

/** What a host says about the agent's socket, as seen by the user who asks. */
export interface HostFacts {
  readonly user: string;
  /** `hidden`: a folder above it may not be entered. `other`: something that is not a socket. */
  readonly socket: 'usable' | 'forbidden' | 'hidden' | 'other' | 'absent';
  /** Group of the socket, or of the folder that hides it. */
  readonly group: string | undefined;
  readonly hasCommand: boolean;
}

export const FACTS_BEGIN = 'inquest-facts 1';
export const FACTS_END = 'inquest-facts end';

const SOCKET_STATES: ReadonlyMap<string, HostFacts['socket']> = new Map([
  ['usable', 'usable'],
  ['forbidden', 'forbidden'],
  ['hidden', 'hidden'],
  ['other', 'other'],
  ['absent', 'absent'],
]);

/** Lines of `name value`, as the scripts that run on hosts write them. */
export function valuesOf(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const space = line.indexOf(' ');
      return space === -1 ? ([line, ''] as const) : ([line.slice(0, space), line.slice(space + 1).trim()] as const);
    }),
  );
}

/** Reads the lines between FACTS_BEGIN and FACTS_END. `undefined` when they are not what the script writes. */
export function parseFacts(lines: readonly string[]): HostFacts | undefined {
  const values = valuesOf(lines);
  const socket = SOCKET_STATES.get(values.get('socket') ?? '');
  const user = values.get('user');
  if (socket === undefined || user === undefined || user === '') return undefined;
  const group = values.get('group');
  return {
    user,
    socket,
    group: group === undefined || group === '' ? undefined : group,
    hasCommand: values.get('command') === 'yes',
  };
}

export interface Asked {
  readonly host: string;
  readonly socket: string;
  readonly command: string;
  /** For the advice where the host does not tell the socket's group. */
  readonly defaultGroup: string;
}

/** Why the agent's socket cannot work, by what the host says; `undefined` when nothing speaks against it. */
export function failureOf(facts: HostFacts, asked: Asked): HostFailure | undefined {
  const { host, socket, command } = asked;
  switch (facts.socket) {
    case 'usable':
      return undefined;
    case 'forbidden':
    case 'hidden':
      return noPermission(facts, asked, 'not-used');
    case 'other':
    case 'absent':
      return facts.hasCommand
        ? { reason: 'agent-not-running', host, socket }
        : { reason: 'agent-not-installed', host, socket, command };
  }
}

export function noPermission(
  { user, group }: HostFacts,
  { host, socket, defaultGroup }: Asked,
  sudo: 'not-used' | 'refused',
): HostFailure {
  // Nobody should join root's group to read about deaths: the agent makes its own when it is set up.
  const joined = group === undefined || group === 'root' ? defaultGroup : group;
  return { reason: 'no-permission-on-socket', host, user, group: joined, socket, sudo };
}
