import { createHash } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { loginName } from '../../../agent/client/user-name.ts';
import type { SshTarget } from '../target.ts';
import type { Options } from './evaluate.ts';

export type StrictHostKeyChecking = 'yes' | 'no' | 'ask' | 'accept-new';

/** All that ssh2 needs to know about a host. Paths are absolute, tokens are filled in. */
export interface ResolvedHost {
  readonly alias: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  /** Whether the person named them, or they are the ones that ssh looks for by itself. */
  readonly identitiesOnly: boolean;
  /** Socket of the authentication agent. */
  readonly identityAgent: string | undefined;
  /** Nearest first. */
  readonly proxyJump: readonly string[];
  readonly proxyCommand: string | undefined;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: StrictHostKeyChecking;
  readonly hashKnownHosts: boolean;
  readonly hostKeyAlias: string | undefined;
  readonly allows: { readonly publickey: boolean; readonly keyboardInteractive: boolean; readonly password: boolean };
}

export interface Surroundings {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly localUser: string;
  readonly localHost: string;
}

export function surroundings(): Surroundings {
  return { home: homedir(), environment: process.env, localUser: loginName(), localHost: hostname() };
}

const SSH_PORT = 22;
const DEFAULT_IDENTITIES: readonly string[] = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'];
const DEFAULT_KNOWN_HOSTS: readonly string[] = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'];
const GLOBAL_KNOWN_HOSTS: readonly string[] = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

/** Makes sense of options, be they of `ssh -G` or of our own reading. */
export function resolveHost(target: SshTarget, options: Options, around: Surroundings): ResolvedHost {
  const first = (keyword: string): string | undefined => options.get(keyword)?.[0];
  const isOn = (keyword: string, byDefault: boolean): boolean => {
    const value = first(keyword)?.toLowerCase();
    return value === undefined ? byDefault : value === 'yes' || value === 'true';
  };
  const { alias } = target;
  const hostName = (first('hostname') ?? alias).replaceAll('%h', alias).replaceAll('%%', '%');
  const port = target.port ?? Number(first('port') ?? SSH_PORT);
  const user = target.user ?? first('user') ?? around.localUser;
  const jump = first('proxyjump');
  const names = { alias, hostName, port, user, jump: jump ?? '', hostKeyAlias: first('hostkeyalias') };
  const path = (text: string): string => expandPath(text, names, around);
  const paths = (keyword: string, byDefault: readonly string[]): readonly string[] =>
    (options.get(keyword) ?? byDefault).filter((file) => file.toLowerCase() !== 'none').map(path);
  const command = first('proxycommand');
  return {
    alias,
    hostName,
    port,
    user,
    identityFiles: paths(
      'identityfile',
      DEFAULT_IDENTITIES.map((name) => `~/.ssh/${name}`),
    ),
    identitiesOnly: isOn('identitiesonly', false),
    identityAgent: identityAgent(first('identityagent'), path, around),
    proxyJump: jump === undefined || jump.toLowerCase() === 'none' ? [] : jump.split(','),
    proxyCommand:
      command === undefined || command.toLowerCase() === 'none' ? undefined : expandTokens(command, names, around),
    userKnownHostsFiles: paths('userknownhostsfile', DEFAULT_KNOWN_HOSTS),
    globalKnownHostsFiles: paths('globalknownhostsfile', GLOBAL_KNOWN_HOSTS),
    strictHostKeyChecking: strictness(first('stricthostkeychecking')),
    hashKnownHosts: isOn('hashknownhosts', false),
    hostKeyAlias: names.hostKeyAlias,
    allows: {
      publickey: isOn('pubkeyauthentication', true) || first('pubkeyauthentication') === 'unbound',
      keyboardInteractive: isOn('kbdinteractiveauthentication', isOn('challengeresponseauthentication', true)),
      password: isOn('passwordauthentication', true),
    },
  };
}

function strictness(value: string | undefined): StrictHostKeyChecking {
  switch (value?.toLowerCase()) {
    case 'yes':
    case 'true':
      return 'yes';
    case 'no':
    case 'off':
    case 'false':
      return 'no';
    case 'accept-new':
      return 'accept-new';
    default:
      return 'ask';
  }
}

function identityAgent(
  value: string | undefined,
  path: (text: string) => string,
  { environment }: Surroundings,
): string | undefined {
  if (value === undefined || value === 'SSH_AUTH_SOCK') return nonEmpty(environment['SSH_AUTH_SOCK']);
  if (value.toLowerCase() === 'none') return undefined;
  if (value.startsWith('$') && !value.startsWith('${')) return nonEmpty(environment[value.slice(1)]);
  return nonEmpty(path(value));
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

interface Names {
  readonly alias: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly jump: string;
  readonly hostKeyAlias: string | undefined;
}

function expandPath(text: string, names: Names, around: Surroundings): string {
  const withVariables = text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => around.environment[name] ?? '');
  const expanded = expandTokens(withVariables, names, around);
  return expanded === '~' || expanded.startsWith('~/') ? join(around.home, expanded.slice(1)) : expanded;
}

/** Tokens of ssh_config(5). */
function expandTokens(text: string, names: Names, { home, localUser, localHost }: Surroundings): string {
  const { alias, hostName, port, user, jump, hostKeyAlias } = names;
  const values: Readonly<Record<string, string>> = {
    '%': '%',
    d: home,
    h: hostName,
    j: jump,
    k: hostKeyAlias ?? alias,
    L: localHost.split('.', 1)[0] ?? localHost,
    l: localHost,
    n: alias,
    p: String(port),
    r: user,
    u: localUser,
    C: createHash('sha1')
      .update(`${localHost}${hostName}${String(port)}${user}${jump}`)
      .digest('hex'),
  };
  return text.replaceAll(/%(.)/g, (whole, token: string) => values[token] ?? whole);
}
