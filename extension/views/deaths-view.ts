import * as vscode from 'vscode';
import { US_PER_MS } from '../../agent/domain/time.ts';
import type { InquestContext } from '../context.ts';
import { deathsState } from '../connect/states.ts';
import type { DeathEntry } from '../deaths/entry.ts';
import { isGrouping } from '../deaths/grouping.ts';
import type { Grouping } from '../deaths/grouping.ts';
import { nextChangeMs } from '../deaths/relative-time.ts';
import { describeNode } from '../deaths/rows.ts';
import { tooltipOf } from '../deaths/tooltip.ts';
import { childrenOf, ROWS_SHOWN, rootsOf } from '../deaths/tree.ts';
import type { TreeNode } from '../deaths/tree.ts';
import { registerUnseenMark, UNSEEN_URI } from './unseen-mark.ts';
import { COMMANDS, CONTEXT_KEYS, MEMENTO, VIEWS } from '../ids.ts';
import { count, t } from '../l10n/t.ts';

export function nowUs(): number {
  return Date.now() * US_PER_MS;
}

/** The Deaths view: its rows, badge, description and what it says while it is empty. */
export class DeathsView implements vscode.TreeDataProvider<TreeNode> {
  readonly #context: InquestContext;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #keys = new Map<string, unknown>();
  #grouping: Grouping;
  /** How many deaths of which group, where a person asked for more than the first. */
  readonly #shown = new Map<string, number>();
  #ageing: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(context: InquestContext) {
    this.#context = context;
    const kept: unknown = context.extension.globalState.get(MEMENTO.groupBy);
    this.#grouping = isGrouping(kept) ? kept : 'time';
    const { lifetime } = context;
    lifetime.push(this.#changed);
    registerUnseenMark(lifetime);
    this.#view = lifetime.push(
      vscode.window.createTreeView(VIEWS.deaths, { treeDataProvider: this, showCollapseAll: true }),
    );
    lifetime.push(
      context.onDidChange(() => {
        this.refresh();
      }),
    );
    lifetime.push(
      this.#view.onDidChangeVisibility(() => {
        this.refresh();
      }),
    );
    lifetime.push(
      vscode.window.onDidChangeWindowState(() => {
        this.#ageWhileWatched();
      }),
    );
    lifetime.defer(() => {
      clearTimeout(this.#ageing);
    });
    this.refresh();
  }

  get grouping(): Grouping {
    return this.#grouping;
  }

  async groupBy(grouping: Grouping): Promise<void> {
    this.#grouping = grouping;
    await this.#context.extension.globalState.update(MEMENTO.groupBy, grouping);
    this.refresh();
  }

  /** More of a group that holds more than anybody looks through. */
  showMore(groupId: string): void {
    this.#shown.set(groupId, (this.#shown.get(groupId) ?? ROWS_SHOWN) + ROWS_SHOWN);
    this.refresh();
  }

  /** Rows keep their ids, so nothing flickers and what is open stays open. */
  refresh(): void {
    if (this.#view.visible) this.#changed.fire(undefined);
    this.#describe();
    this.#ageWhileWatched();
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (node !== undefined) return [...childrenOf(node, this.#shown.get(node.id))];
    const { deaths, hosts } = this.#context;
    const context = { now: nowUs(), hostLabel: (id: string) => hosts.labelOf(id) };
    return [...rootsOf(deaths.entries(), this.#grouping, context, deaths.hasMore)];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const { deaths, hosts } = this.#context;
    const text = describeNode(node, {
      now: nowUs(),
      isSeen: (entry) => deaths.isSeen(entry),
      hostLabel: hosts.all().length > 1 && this.#grouping !== 'host' ? (id) => hosts.labelOf(id) : undefined,
    });
    const item = new vscode.TreeItem(text.label, collapsible(node));
    if (text.isUnseen) item.resourceUri = UNSEEN_URI;
    item.id = node.id;
    item.description = text.description;
    item.contextValue = text.contextValue;
    item.accessibilityInformation = { label: text.spoken };
    if (text.icon !== undefined) {
      const color = text.icon.color === '' ? undefined : new vscode.ThemeColor(text.icon.color);
      item.iconPath = new vscode.ThemeIcon(text.icon.id, color);
    }
    if (node.kind === 'death') {
      item.command = { command: COMMANDS.explainExit, title: t('Explain Exit'), arguments: [node] };
    } else if (node.kind === 'more' || node.kind === 'rest') {
      item.command = { command: COMMANDS.loadMore, title: t('Load More'), arguments: [node] };
    }
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const entry = newestOf(node);
    if (entry !== undefined) {
      const tooltip = new vscode.MarkdownString(
        tooltipOf(entry, this.#context.hosts.labelOf(entry.hostId), nowUs()),
        true,
      );
      tooltip.isTrusted = false;
      tooltip.supportHtml = false;
      item.tooltip = tooltip;
    }
    return item;
  }

  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEWS.deaths}.focus`);
  }

  #describe(): void {
    const { deaths, hosts } = this.#context;
    const unseen = deaths.unseen().length;
    this.#view.badge =
      unseen === 0 ? undefined : { value: unseen, tooltip: count(unseen, '{0} unseen death', '{0} unseen deaths') };
    const { source } = deaths.filter;
    this.#view.description = source;
    const states = hosts.all().map(({ state }) => state);
    const isFiltered = source !== '';
    const shown = deaths.entries().length;
    // With rows on screen the welcome text is gone: say here that they may be old.
    const isStale = shown > 0 && states.length > 0 && states.every(({ kind }) => kind !== 'connected');
    this.#view.message = isStale ? t('Not connected. This is what was known last.') : '';
    this.#setKey(CONTEXT_KEYS.deathsState, deathsState({ states, isLoaded: deaths.isLoaded, shown, isFiltered }));
    this.#setKey(CONTEXT_KEYS.isFiltered, isFiltered);
    this.#setKey(CONTEXT_KEYS.hasUnseen, unseen > 0);
    this.#setKey(CONTEXT_KEYS.groupBy, this.#grouping);
    this.#setKey(CONTEXT_KEYS.hasHosts, states.length > 0);
  }

  #setKey(key: string, value: unknown): void {
    if (this.#keys.get(key) === value) return;
    this.#keys.set(key, value);
    vscode.commands.executeCommand('setContext', key, value).then(undefined, (error: unknown) => {
      this.#context.log.error(`setContext ${key}: ${String(error)}`);
    });
  }

  /** ‘3 min ago’ grows old. It is looked at only while somebody looks: an idle window has no timer of ours. */
  #ageWhileWatched(): void {
    clearTimeout(this.#ageing);
    this.#ageing = undefined;
    const { focused, active } = vscode.window.state;
    if (!this.#view.visible || !focused || !active) return;
    const wait = nextChangeMs(this.#context.deaths.entries()[0]?.death.at, nowUs());
    if (wait === undefined) return;
    this.#ageing = setTimeout(() => {
      this.refresh();
    }, wait);
  }
}

function newestOf(node: TreeNode): DeathEntry | undefined {
  if (node.kind === 'death') return node.entry;
  return node.kind === 'loop' ? node.entries[0] : undefined;
}

function collapsible(node: TreeNode): vscode.TreeItemCollapsibleState {
  switch (node.kind) {
    case 'group':
      return node.isFirst ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
    case 'loop':
      return vscode.TreeItemCollapsibleState.Collapsed;
    case 'death':
    case 'more':
    case 'rest':
      return vscode.TreeItemCollapsibleState.None;
  }
}
