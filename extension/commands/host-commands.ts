import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { displayText } from '../../agent/domain/display.ts';
import type { KnownHost } from '../connect/host-registry.ts';
import { fixOf } from '../connect/host-row.ts';
import { failureText } from '../connect/states.ts';
import type { InquestContext } from '../context.ts';
import { escapeLabel } from '../deaths/markdown-text.ts';
import { listSshAliases } from '../hosts/config/aliases.ts';
import { HostError } from '../hosts/failure.ts';
import { listContexts, listNodes } from '../hosts/kubectl/browse.ts';
import { formatKubectlTarget } from '../hosts/kubectl/target.ts';
import { DEFAULT_HOST_SETTINGS, LOCAL_TARGET } from '../hosts/settings.ts';
import { t } from '../l10n/t.ts';
import { SETTING_PREFIX, SETTINGS } from '../settings/keys.ts';
import { readHosts } from '../settings/read-hosts.ts';

const HOSTS_SETTING = `${SETTING_PREFIX}.${SETTINGS.hosts}`;

interface HostItem extends vscode.QuickPickItem {
  readonly target: string | undefined;
  /** A cluster, of which a node is still to be chosen. */
  readonly context?: string;
}

/** A picker of the aliases in ~/.ssh/config, the clusters that kubectl knows, this machine, and whatever is typed. */
export async function addHost(context: InquestContext): Promise<void> {
  const target = await pickTarget(context);
  if (target === undefined) return;
  const { hosts, problems } = readHosts({ ...context.settings(), localAgent: 'off', hosts: [target] }, false);
  const [host] = hosts;
  if (host === undefined) {
    void vscode.window.showErrorMessage(escapeLabel(problems.join(' ')));
    return;
  }
  await updateHosts((entries) => [...entries.filter((entry) => targetOfEntry(entry) !== host.id), host.id]);
  const known = context.hosts.get(host.id);
  if (known !== undefined) await connectHost(context, known);
}

async function pickTarget(context: InquestContext): Promise<string | undefined> {
  const known = new Set(context.hosts.all().map(({ host }) => host.id));
  const { sshConfigFile } = context.settings();
  const aliases = listSshAliases(
    sshConfigFile === '' ? { home: homedir() } : { home: homedir(), configFile: sshConfigFile },
  );
  const kubectl = kubectlOf(context);
  const contexts = await listContexts(kubectl);
  const fixed: HostItem[] = [
    ...aliases.map((alias) => ({ label: `$(vm) ${escapeLabel(alias)}`, description: t('SSH host'), target: alias })),
    ...contexts.map((name) => ({
      label: `$(cloud) ${escapeLabel(name)}`,
      description: t('Kubernetes'),
      target: undefined,
      context: name,
    })),
    { label: `$(device-desktop) ${t('This machine')}`, description: t('local socket'), target: LOCAL_TARGET },
  ].filter(({ target }) => target === undefined || !known.has(target));
  const picker = vscode.window.createQuickPick<HostItem>();
  picker.title = t('Add Host');
  picker.placeholder = t('Choose an SSH host, or type user@host or kubectl://CONTEXT/NODE');
  picker.items = fixed;
  picker.onDidChangeValue((value) => {
    const typed = value.trim();
    const own: HostItem[] =
      typed === '' || aliases.includes(typed)
        ? []
        : [{ label: `$(add) ${escapeLabel(typed)}`, alwaysShow: true, target: typed }];
    picker.items = [...fixed, ...own];
  });
  try {
    const chosen = await new Promise<HostItem | undefined>((resolve) => {
      picker.onDidAccept(() => {
        resolve(picker.selectedItems[0]);
      });
      picker.onDidHide(() => {
        resolve(undefined);
      });
      picker.show();
    });
    return chosen?.context === undefined ? chosen?.target : await pickNode(kubectl, chosen.context);
  } finally {
    picker.dispose();
  }
}

function kubectlOf(context: InquestContext): string {
  const { kubectlPath } = context.settings();
  return kubectlPath === '' ? DEFAULT_HOST_SETTINGS.kubectlPath : kubectlPath;
}

async function pickNode(kubectl: string, context: string): Promise<string | undefined> {
  const { namespace } = DEFAULT_HOST_SETTINGS;
  const options = {
    location: vscode.ProgressLocation.Window,
    title: t('Looking for agents in {0}…', escapeLabel(context)),
  };
  const nodes = await vscode.window.withProgress(options, () => listNodes(kubectl, context, namespace));
  const placeHolder = t('Choose a node; those with an agent in the namespace {0}', namespace);
  const items = nodes.map((node) => ({ label: escapeLabel(node), node }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder });
  return chosen === undefined ? undefined : formatKubectlTarget(context, chosen.node);
}

/** In the user's settings only: a workspace must not name hosts. */
async function updateHosts(change: (entries: readonly unknown[]) => readonly unknown[]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  const current: unknown = configuration.inspect(HOSTS_SETTING)?.globalValue;
  const entries: readonly unknown[] = Array.isArray(current) ? current : [];
  await configuration.update(HOSTS_SETTING, change(entries), vscode.ConfigurationTarget.Global);
}

function targetOfEntry(entry: unknown): unknown {
  if (typeof entry === 'string') return entry.trim();
  return typeof entry === 'object' && entry !== null && 'host' in entry ? entry.host : undefined;
}

export async function removeHost(context: InquestContext, argument: unknown): Promise<void> {
  const known = hostOf(context, argument) ?? (await pickHost(context, () => true));
  if (known === undefined) return;
  const { id } = known.host;
  await updateHosts((entries) => entries.filter((entry) => targetOfEntry(entry) !== id));
  if (context.hosts.get(id) === undefined) return;
  // This machine is there by itself as long as an agent is.
  await vscode.workspace
    .getConfiguration()
    .update(`${SETTING_PREFIX}.${SETTINGS.localAgent}`, 'off', vscode.ConfigurationTarget.Global);
}

/** A person asked for it, so they may be asked for a passphrase, and hear how it ended. */
export async function connectHost(context: InquestContext, argument: unknown): Promise<void> {
  const known =
    hostOf(context, argument) ?? (await pickHost(context, ({ connection }) => connection.state.kind !== 'connected'));
  if (known === undefined) return;
  try {
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t('Connecting to {0}…', escapeLabel(known.host.label)),
        cancellable: true,
      },
      async (_progress, token) => {
        token.onCancellationRequested(() => {
          known.connection.disconnect();
        });
        await known.connection.connect({ attended: true });
      },
    );
  } catch (error) {
    await tellFailure(context, error);
  }
}

async function tellFailure(context: InquestContext, error: unknown): Promise<void> {
  if (!(error instanceof HostError)) throw error;
  if (error.failure.reason === 'cancelled') return;
  const text = failureText(error.failure);
  const copy = t('Copy Command');
  const output = t('Show Output');
  const actions = text.command === undefined ? [output] : [copy, output];
  const message = escapeLabel(`${text.title}. ${text.detail} ${text.next}`, 600);
  const chosen = await vscode.window.showErrorMessage(message, ...actions);
  if (chosen === copy && text.command !== undefined) await vscode.env.clipboard.writeText(text.command);
  if (chosen === output) context.log.show();
}

export async function disconnectHost(context: InquestContext, argument: unknown): Promise<void> {
  const known =
    hostOf(context, argument) ?? (await pickHost(context, ({ connection }) => connection.state.kind !== 'idle'));
  known?.connection.disconnect();
}

export async function copyFix(context: InquestContext, argument: unknown): Promise<void> {
  const known = hostOf(context, argument) ?? context.hosts.all().find(({ state }) => fixOf(state) !== undefined);
  const command = known === undefined ? undefined : fixOf(known.state);
  if (command === undefined) {
    void vscode.window.showInformationMessage(t('No host has a command to copy.'));
    return;
  }
  await vscode.env.clipboard.writeText(command);
  vscode.window.setStatusBarMessage(t('Copied: {0}', escapeLabel(displayText(command))), 5_000);
}

/** The host of the row that a command was called on. */
export function hostOf(context: InquestContext, argument: unknown): KnownHost | undefined {
  if (typeof argument !== 'object' || argument === null || !('host' in argument)) return undefined;
  const { host } = argument;
  if (typeof host !== 'object' || host === null || !('id' in host) || typeof host.id !== 'string') return undefined;
  return context.hosts.get(host.id);
}

export async function pickHost(
  context: InquestContext,
  isOffered: (known: KnownHost) => boolean,
): Promise<KnownHost | undefined> {
  const offered = context.hosts.all().filter(isOffered);
  if (offered.length <= 1) return offered[0];
  const items = offered.map((known) => ({ label: escapeLabel(known.host.label), known }));
  return (await vscode.window.showQuickPick(items, { placeHolder: t('Which host?') }))?.known;
}
