import { NOTIFICATION_LEVELS } from '../notify/policy.ts';
import { SETTING_PREFIX, SETTINGS } from './keys.ts';
import type { SettingName, Settings } from './keys.ts';

/** The part of vscode.WorkspaceConfiguration that is needed. */
export interface Configuration {
  get(key: string): unknown;
}

/** A person may have written anything into settings.json: what is not allowed counts as the default. */
export function readSettings(configuration: Configuration): Settings {
  const value = (name: SettingName): unknown => configuration.get(`${SETTING_PREFIX}.${SETTINGS[name]}`);
  return {
    hosts: value('hosts'),
    localAgent: oneOf(['auto', 'off'], value('localAgent'), 'auto'),
    localSocket: textOf(value('localSocket')),
    sshTransport: oneOf(['auto', 'openssh', 'ssh2'], value('sshTransport'), 'auto'),
    sshPath: textOf(value('sshPath')),
    sshConfigFile: textOf(value('sshConfigFile')),
    kubectlPath: textOf(value('kubectlPath')),
    installBundle: textOf(value('installBundle')),
    notifications: oneOf(NOTIFICATION_LEVELS, value('notifications'), 'unexpected'),
    statusBar: value('statusBar') !== false,
    hover: value('hover') !== false,
    terminalLinks: value('terminalLinks') !== false,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function oneOf<const T extends string>(words: readonly T[], value: unknown, fallback: T): T {
  return words.find((word) => word === value) ?? fallback;
}
