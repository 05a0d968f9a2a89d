import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { DEFAULT_SETTINGS } from '../agent/domain/settings.ts';
import { registerCommands } from './commands/register.ts';
import { HostRegistry } from './connect/host-registry.ts';
import { createLog, currentSettings } from './context.ts';
import type { InquestContext } from './context.ts';
import { DeathList } from './deaths/death-list.ts';
import { Disposables } from './disposables.ts';
import { registerDocuments } from './documents/documents.ts';
import { loadBundle } from './l10n/t.ts';
import { registerHover } from './language/start.ts';
import { registerTerminalLinks } from './language/terminal-links.ts';
import { registerLinks } from './links.ts';
import { Notifier } from './notify/notifier.ts';
import { ExplainPanels } from './panel/panels.ts';
import { CONNECTION_SETTINGS, SETTING_PREFIX, SETTINGS } from './settings/keys.ts';
import type { SettingName } from './settings/keys.ts';
import { escapeLabel } from './deaths/markdown-text.ts';
import { readHosts } from './settings/read-hosts.ts';
import { seenStore } from './views/seen-store.ts';
import { DeathsView, nowUs } from './views/deaths-view.ts';
import { createHostsView } from './views/hosts-view.ts';
import { createStatusBar } from './views/status-bar.ts';
import { messageOf } from '../agent/domain/errors.ts';
import { LiveDeaths } from './deaths/live.ts';
import { coalesced } from './views/coalesced.ts';

const VERSION = process.env['INQUEST_VERSION'] ?? '0.0.0';

/** For tests inside the extension host. */
export interface InquestApi {
  readonly activationMs: number;
  /** How many deaths are held. */
  deathsRead(): number;
}

export function activate(extension: vscode.ExtensionContext): InquestApi {
  const begun = performance.now();
  loadBundle(vscode.l10n.bundle);
  const lifetime = new Disposables();
  extension.subscriptions.push(lifetime);
  const context = createContext(extension, lifetime);
  const panels = new ExplainPanels(context);
  const view = new DeathsView(context);
  createHostsView(context);
  createStatusBar(context);
  registerCommands(context, view, panels);
  registerDocuments(context);
  registerLinks(context, panels);
  registerHover(context);
  registerTerminalLinks(context);
  configureHosts(context);
  lifetime.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      const isTouched = (name: SettingName): boolean =>
        event.affectsConfiguration(`${SETTING_PREFIX}.${SETTINGS[name]}`);
      if (CONNECTION_SETTINGS.some(isTouched)) configureHosts(context);
      if (isTouched('statusBar')) context.changed();
    }),
  );
  const activationMs = performance.now() - begun;
  context.log.info(`Inquest ${VERSION} activated in ${activationMs.toFixed(1)} ms`);
  return { activationMs, deathsRead: () => context.deaths.entries().length };
}

interface OwnContext extends InquestContext {
  /** Says that something to show has changed. */
  changed(): void;
}

function createContext(extension: vscode.ExtensionContext, lifetime: Disposables): OwnContext {
  const log = createLog(lifetime);
  const emitter = lifetime.push(new vscode.EventEmitter<void>());
  const changed = coalesced(() => {
    emitter.fire();
  });
  lifetime.push(changed);
  const deaths = new DeathList({
    now: nowUs,
    memory: seenStore(extension.globalState, (error) => {
      log.error(`seen deaths could not be kept: ${messageOf(error)}`);
    }),
    onChange: changed,
  });
  const live = new LiveDeaths({
    list: deaths,
    onFresh: (entries) => {
      notifier.add(entries);
    },
    onError: (hostId, error) => {
      log.warn(`${hostId}: deaths could not be read: ${messageOf(error)}`);
    },
  });
  const hosts = new HostRegistry({
    onState: (known, state) => {
      log.info(`${known.host.id}: ${state.kind}`);
      live.onState(known, state);
      changed();
    },
    onChange: (known) => {
      live.onChange(known);
    },
    onHosts: (removed) => {
      for (const { id } of removed) if (hosts.get(id) === undefined) deaths.remove(id);
      changed();
    },
  });
  const connections = lifetime.push(new Disposables());
  connections.push(hosts);
  const context: OwnContext = {
    extension,
    log,
    lifetime,
    connections,
    hosts,
    deaths,
    onDidChange: emitter.event,
    settings: currentSettings,
    changed,
  };
  const notifier = new Notifier(context);
  return context;
}

/** Makes the connections that the settings ask for. What speaks SSH is loaded with the first host, not at start. */
function configureHosts(context: OwnContext): void {
  const settings = context.settings();
  const localSocket = settings.localSocket || DEFAULT_SETTINGS.socket;
  const { hosts, problems } = readHosts(settings, existsSync(localSocket));
  for (const problem of problems) context.log.warn(problem);
  if (problems.length > 0) {
    void vscode.window.showWarningMessage(escapeLabel(problems.join(' ')));
  }
  if (hosts.length === 0) {
    context.log.info(`no host is configured, and there is no agent at ${localSocket}`);
    context.hosts.configure([], refuse);
    return;
  }
  import('./connect/connect.ts').then(
    ({ createConnection }) => {
      const { secrets } = context.extension;
      context.hosts.configure(hosts, (host) => createConnection(host, { version: VERSION, log: context.log, secrets }));
    },
    (error: unknown) => {
      context.log.error(`connections: ${messageOf(error)}`);
    },
  );
}

function refuse(): never {
  throw new Error('there is no host to connect to');
}
