import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { containerLabel } from '../../agent/domain/container.ts';
import type { Death } from '../../agent/domain/death.ts';
import { displayText } from '../../agent/domain/display.ts';
import { messageOf } from '../../agent/domain/errors.ts';
import { whereToRun } from '../connect/failure-words.ts';
import { failureOf, failureText } from '../connect/states.ts';
import type { InquestContext } from '../context.ts';
import { keyOf, nameOf } from '../deaths/entry.ts';
import type { DeathRef } from '../deaths/entry.ts';
import { explainContextOf, fetchDeath, isReachable } from '../deaths/fetch.ts';
import { Disposables } from '../disposables.ts';
import { HostError } from '../hosts/failure.ts';
import type { FailureText } from '../hosts/failure-text.ts';
import { COMMANDS } from '../ids.ts';
import { loadedBundle, t } from '../l10n/t.ts';
import { explainModel } from './explain-model.ts';
import { pageHtml } from './html.ts';
import { isFromPanel } from './messages.ts';
import type { FromPanel, PanelAction, ToPanel } from './messages.ts';

const NONCE_BYTES = 16;
const TITLE_LIMIT = 40;

export function panelOptions(extensionUri: vscode.Uri): vscode.WebviewPanelOptions & vscode.WebviewOptions {
  return {
    enableScripts: true,
    enableCommandUris: false,
    enableForms: false,
    enableFindWidget: true,
    localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')],
  };
}

/** One Explain Exit panel: shows one death at a time and follows its revisions. */
export class ExplainPanel {
  readonly #context: InquestContext;
  readonly #panel: vscode.WebviewPanel;
  readonly #life = new Disposables();
  #ref: DeathRef | undefined;
  #death: Death | undefined;
  /** The change of the list that the shown account is as new as. */
  #shownChange = 0;
  #isReady = false;
  #lastMessage: ToPanel | undefined;
  #openedMs = 0;

  constructor(context: InquestContext, panel: vscode.WebviewPanel) {
    this.#context = context;
    this.#panel = panel;
    const { webview } = panel;
    const { extensionUri } = context.extension;
    webview.options = panelOptions(extensionUri);
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'panel-dark.svg'),
    };
    const file = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', name)).toString();
    this.#life.push(webview.onDidReceiveMessage((message: unknown) => this.#receive(message)));
    this.#life.push(
      panel.onDidDispose(() => {
        this.#life.dispose();
      }),
    );
    this.#life.push(
      context.onDidChange(() => {
        this.#followUp();
      }),
    );
    webview.html = pageHtml({
      nonce: randomBytes(NONCE_BYTES).toString('base64url'),
      cspSource: webview.cspSource,
      scriptUri: file('panel.js'),
      styleUri: file('panel.css'),
      language: vscode.env.language,
      translations: loadedBundle(),
    });
  }

  get key(): string | undefined {
    return this.#ref === undefined ? undefined : keyOf(this.#ref);
  }

  get isActive(): boolean {
    return this.#panel.active;
  }

  get ref(): DeathRef | undefined {
    return this.#ref;
  }

  onDidDispose(listener: () => void): void {
    this.#life.defer(listener);
  }

  reveal(): void {
    this.#panel.reveal(undefined, false);
  }

  /** Shows a death; the panel's place stays. */
  async show(ref: DeathRef): Promise<void> {
    this.#openedMs = performance.now();
    this.#ref = ref;
    this.#death = undefined;
    const entry = this.#context.deaths.find(ref);
    const name = entry === undefined ? undefined : nameOf(entry.death);
    this.#panel.title = titleOf(name);
    const loading: ToPanel = { type: 'loading', container: name };
    // A page that is being loaded says so by itself; one that shows another death is changed when the new one is here.
    if (!this.#isReady) this.#lastMessage = loading;
    await this.#load(ref);
  }

  async #load(ref: DeathRef): Promise<void> {
    this.#shownChange = this.#context.deaths.find(ref)?.death.change ?? 0;
    try {
      const death = await fetchDeath(this.#context.hosts, ref);
      if (this.#ref !== ref) return;
      this.#death = death;
      this.#panel.title = titleOf(displayText(containerLabel(death.container)));
      const model = explainModel(death, explainContextOf(this.#context.hosts, ref));
      await this.#post({ type: 'show', model, canAct: true });
      const entry = this.#context.deaths.find(ref);
      if (entry !== undefined) this.#context.deaths.markSeen([entry]);
    } catch (error) {
      if (this.#ref === ref) await this.#post(this.#problem(ref, error));
    }
  }

  #problem(ref: DeathRef, error: unknown): ToPanel {
    this.#context.log.warn(`Explain Exit ${ref.deathId}: ${messageOf(error)}`);
    const known = this.#context.hosts.get(ref.hostId);
    if (known === undefined) {
      return {
        type: 'problem',
        title: t('This host is not configured'),
        detail: t('The death was told of by {0}. Add the host to see it again.', displayText(ref.hostId)),
        retry: undefined,
        fix: undefined,
      };
    }
    const failure = failureOf(known.state);
    if (error instanceof HostError) {
      const text = failureText(failure ?? error.failure);
      const isIdle = known.connection.state.kind === 'idle';
      return {
        type: 'problem',
        title: isIdle ? t('Not connected to {0}', known.host.label) : displayText(text.title),
        detail: isIdle ? t('Connect to the host to see this death.') : displayText(`${text.detail} ${text.next}`),
        retry: known.connection.state.kind === 'connecting' ? undefined : t('Connect'),
        fix: isIdle ? undefined : fixOf(text),
      };
    }
    return {
      type: 'problem',
      title: t('This death cannot be shown'),
      detail: displayText(messageOf(error)),
      retry: t('Try Again'),
      fix: undefined,
    };
  }

  /** The verdict was revised, or the host is reachable at last. */
  #followUp(): void {
    const ref = this.#ref;
    if (ref === undefined) return;
    const change = this.#context.deaths.find(ref)?.death.change ?? 0;
    const isRevised = this.#death !== undefined && change > this.#shownChange;
    const isBack = this.#lastMessage?.type === 'problem' && isReachable(this.#context.hosts, ref.hostId);
    if (!isRevised && !isBack) return;
    if (isBack) this.#lastMessage = undefined;
    this.#run(this.#load(ref));
  }

  async #receive(message: unknown): Promise<void> {
    if (!isFromPanel(message)) {
      this.#context.log.warn('Explain Exit: a message of an unknown kind was ignored.');
      return;
    }
    await this.#handle(message);
  }

  async #handle(message: FromPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#isReady = true;
        if (this.#lastMessage !== undefined) await this.#panel.webview.postMessage(this.#lastMessage);
        break;
      case 'shown':
        this.#context.log.info(
          `Explain Exit shown ${(performance.now() - this.#openedMs).toFixed(0)} ms after it was asked for (page: ${message.afterMs.toFixed(0)} ms)`,
        );
        break;
      case 'copyAdvice':
        await this.#copyAdvice(message.index);
        break;
      case 'copyFix':
        await this.#copyFix();
        break;
      case 'action':
        await this.#act(message.action);
        break;
    }
  }

  async #copyFix(): Promise<void> {
    const shown = this.#lastMessage;
    if (shown?.type === 'problem' && shown.fix !== undefined) await this.#copy(shown.fix.command, 'copyFix');
  }

  async #copyAdvice(index: number): Promise<void> {
    const command = this.#death?.verdict.advice[index]?.command;
    if (command === undefined) return;
    await this.#copy(displayText(command), String(index));
  }

  async #copy(text: string, what: string): Promise<void> {
    await vscode.env.clipboard.writeText(text);
    await this.#panel.webview.postMessage({ type: 'copied', what } satisfies ToPanel);
  }

  async #act(action: PanelAction): Promise<void> {
    const ref = this.#ref;
    if (ref === undefined) return;
    if (action === 'retry') {
      await this.#retry(ref);
      return;
    }
    await vscode.commands.executeCommand(ACTIONS[action], ref);
    if (action === 'copyLink' || action === 'copyMarkdown') {
      await this.#panel.webview.postMessage({ type: 'copied', what: action } satisfies ToPanel);
    }
  }

  async #retry(ref: DeathRef): Promise<void> {
    const known = this.#context.hosts.get(ref.hostId);
    if (known !== undefined && known.connection.state.kind !== 'connected') {
      await vscode.commands.executeCommand(COMMANDS.connectHost, known);
    }
    await this.#load(ref);
  }

  async #post(message: ToPanel): Promise<void> {
    this.#lastMessage = message;
    if (this.#isReady) await this.#panel.webview.postMessage(message);
  }

  #run(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#context.log.error(`Explain Exit: ${messageOf(error)}`);
    });
  }
}

const ACTIONS: Readonly<Record<Exclude<PanelAction, 'retry'>, string>> = {
  openLog: COMMANDS.openLog,
  openPlace: COMMANDS.openPlace,
  openRaw: COMMANDS.openRawEvidence,
  copyLink: COMMANDS.copyLink,
  copyMarkdown: COMMANDS.copyMarkdown,
  explainAsText: COMMANDS.explainExitAsText,
};

function fixOf(text: FailureText): { readonly command: string; readonly where: string } | undefined {
  if (text.command === undefined) return undefined;
  return { command: displayText(text.command), where: whereToRun(text) };
}

function titleOf(name: string | undefined): string {
  return name === undefined ? t('Explain Exit') : t('Exit: {0}', name.slice(0, TITLE_LIMIT));
}
