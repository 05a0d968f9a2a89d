import type { NotificationLevel } from '../notify/policy.ts';

export type TransportSetting = 'auto' | 'openssh' | 'ssh2';
export type LocalAgentSetting = 'auto' | 'off';

/** Type of every setting; forgetting one in SETTINGS does not compile. */
export interface Settings {
  readonly hosts: unknown;
  readonly localAgent: LocalAgentSetting;
  readonly localSocket: string;
  readonly sshTransport: TransportSetting;
  readonly sshPath: string;
  readonly sshConfigFile: string;
  readonly kubectlPath: string;
  /** A bundle of the agent, or a folder of them; empty to be asked. */
  readonly installBundle: string;
  readonly notifications: NotificationLevel;
  readonly statusBar: boolean;
  readonly hover: boolean;
  readonly terminalLinks: boolean;
}

export type SettingName = keyof Settings;

export const SETTING_PREFIX = 'inquest';

export const SETTINGS: Readonly<Record<SettingName, string>> = {
  hosts: 'hosts',
  localAgent: 'local.agent',
  localSocket: 'local.socket',
  sshTransport: 'ssh.transport',
  sshPath: 'ssh.path',
  sshConfigFile: 'ssh.configFile',
  kubectlPath: 'kubectl.path',
  installBundle: 'install.bundle',
  notifications: 'notifications',
  statusBar: 'statusBar.enabled',
  hover: 'hover.enabled',
  terminalLinks: 'terminalLinks.enabled',
};

/** A change of one of these makes connections anew. */
export const CONNECTION_SETTINGS: readonly SettingName[] = [
  'hosts',
  'localAgent',
  'localSocket',
  'sshTransport',
  'sshPath',
  'sshConfigFile',
  'kubectlPath',
];

/** What no workspace may say: whom is connected to, by what, and what is installed there. */
export const RESTRICTED_SETTINGS: readonly SettingName[] = [...CONNECTION_SETTINGS, 'installBundle'];
