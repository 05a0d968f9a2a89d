import { displayText } from '../../agent/domain/display.ts';
import type { HostSettings, RouteChoice, TransportChoice } from '../hosts/settings.ts';
import { isKubectlTarget } from '../hosts/kubectl/target.ts';
import { DEFAULT_HOST_SETTINGS, LOCAL_TARGET } from '../hosts/settings.ts';
import { t } from '../l10n/t.ts';
import type { Settings } from './keys.ts';

/** A host that a person put into their settings, or this machine. */
export interface ConfiguredHost {
  /** Its target: what names it everywhere, in links too. */
  readonly id: string;
  /** What rows call it, safe to show. */
  readonly label: string;
  readonly settings: HostSettings;
}

export interface ReadHosts {
  readonly hosts: readonly ConfiguredHost[];
  /** A sentence for each entry that cannot be used. */
  readonly problems: readonly string[];
}

export type HostsSettings = Pick<
  Settings,
  'hosts' | 'localAgent' | 'localSocket' | 'sshTransport' | 'sshPath' | 'sshConfigFile' | 'kubectlPath'
>;

const MOST_HOSTS = 200;
const TARGET_LIMIT = 255;
const LABEL_LIMIT = 60;
const TRANSPORTS: readonly TransportChoice[] = ['auto', 'openssh', 'ssh2'];
const ROUTES: readonly RouteChoice[] = ['auto', 'forward', 'dial-stdio'];

/**
 * Reads the user's settings; a person may have written anything there.
 *
 * @param hasLocalAgent whether the agent's socket exists on this machine
 */
export function readHosts(settings: HostsSettings, hasLocalAgent: boolean): ReadHosts {
  const hosts = new Map<string, ConfiguredHost>();
  const problems: string[] = [];
  const listed: readonly unknown[] = Array.isArray(settings.hosts) ? settings.hosts : [];
  if (settings.localAgent === 'auto' && hasLocalAgent) hosts.set(LOCAL_TARGET, localHost(settings));
  for (const entry of listed.slice(0, MOST_HOSTS)) {
    const host = readHost(entry, settings);
    if (typeof host === 'string') problems.push(host);
    else if (!hosts.has(host.id) || host.id === LOCAL_TARGET) hosts.set(host.id, host);
  }
  return { hosts: [...hosts.values()], problems };
}

function localHost({ localSocket }: HostsSettings): ConfiguredHost {
  return {
    id: LOCAL_TARGET,
    label: t('This machine'),
    settings: { ...DEFAULT_HOST_SETTINGS, target: LOCAL_TARGET, ...(localSocket !== '' && { socket: localSocket }) },
  };
}

function readHost(entry: unknown, settings: HostsSettings): ConfiguredHost | string {
  if (typeof entry === 'string') return readHost({ host: entry }, settings);
  if (!isRecord(entry) || typeof entry['host'] !== 'string') {
    return t('An entry of inquest.hosts is neither a name nor an object with “host”.');
  }
  const target = entry['host'].trim();
  // A name that begins with a dash would be an option of ssh.
  if (target === '' || target.length > TARGET_LIMIT || target.startsWith('-') || displayText(target) !== target) {
    return t('“{0}” in inquest.hosts is no host.', displayText(target, LABEL_LIMIT));
  }
  return {
    id: target,
    label: displayText(text(entry['label']) ?? (target === LOCAL_TARGET ? t('This machine') : target), LABEL_LIMIT),
    settings: { ...reachOf(target, entry, settings), ...programsOf(entry, settings) },
  };
}

function reachOf(target: string, entry: Record<string, unknown>, settings: HostsSettings): HostSettings {
  const base = target === LOCAL_TARGET ? localHost(settings).settings : { ...DEFAULT_HOST_SETTINGS, target };
  const common = {
    ...base,
    transport: oneOf(TRANSPORTS, entry['transport']) ?? settings.sshTransport,
    socket: text(entry['socket']) ?? base.socket,
    command: text(entry['command']) ?? base.command,
    namespace: text(entry['namespace']) ?? base.namespace,
  };
  // Only one way leads into a pod.
  if (isKubectlTarget(target)) return { ...common, route: 'dial-stdio', sudo: false };
  return { ...common, route: oneOf(ROUTES, entry['route']) ?? base.route, sudo: entry['sudo'] === true };
}

/** The clients on this machine, and what they read. */
function programsOf(
  entry: Record<string, unknown>,
  { sshPath, sshConfigFile, kubectlPath }: HostsSettings,
): Partial<HostSettings> {
  const configFile = text(entry['sshConfigFile']) ?? text(sshConfigFile);
  return {
    ...(sshPath !== '' && { sshPath }),
    ...(kubectlPath !== '' && { kubectlPath }),
    ...(configFile !== undefined && { sshConfigFile: configFile }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function oneOf<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find((word) => word === value);
}
