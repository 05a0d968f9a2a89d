import { DEFAULT_SETTINGS } from '../../agent/domain/settings.ts';
import { shellQuote } from '../hosts/remote/shell-quote.ts';
import type { HostFacts } from './host-facts.ts';

/** Where `inquest install` puts it. */
const INSTALLED = '/opt/inquest/current/inquest';

/** What the terminal runs to install from an unpacked bundle, as a person would type it. */
export function installLine({ isRoot }: HostFacts, folder: string, joining: string | undefined): string {
  const install = `${asRoot(isRoot)}${shellQuote(`${folder}/inquest`)} install`;
  return joining === undefined
    ? install
    : `${install} && ${asRoot(isRoot)}usermod -aG ${DEFAULT_SETTINGS.socketGroup} ${shellQuote(joining)}`;
}

/** @param purge also the recorded deaths and the settings */
export function uninstallLine({ isRoot }: HostFacts, purge: boolean): string {
  return `${asRoot(isRoot)}${INSTALLED} uninstall${purge ? ' --purge' : ''}`;
}

function asRoot(isRoot: boolean): string {
  return isRoot ? '' : 'sudo -- ';
}

/**
 * The line for a terminal of the host, whatever the login shell. A master of ssh that has no terminal itself makes one
 * in which Enter ends no line.
 */
export function onTerminal(line: string): string {
  return `exec sh -c ${shellQuote(`stty sane 2>/dev/null; ${line}`)}`;
}
