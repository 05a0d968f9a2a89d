import * as vscode from 'vscode';
import type { KnownHost } from '../connect/host-registry.ts';
import { hostRow } from '../connect/host-row.ts';
import type { InquestContext } from '../context.ts';
import { VIEWS } from '../ids.ts';

/** One row per configured host, with where its connection stands. */
export function createHostsView(context: InquestContext): void {
  const provider = new HostsProvider(context);
  context.lifetime.push(vscode.window.createTreeView(VIEWS.hosts, { treeDataProvider: provider }));
}

class HostsProvider implements vscode.TreeDataProvider<KnownHost> {
  readonly #context: InquestContext;
  readonly #changed = new vscode.EventEmitter<undefined>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(context: InquestContext) {
    this.#context = context;
    const { lifetime } = context;
    lifetime.push(this.#changed);
    lifetime.push(
      context.onDidChange(() => {
        this.#changed.fire(undefined);
      }),
    );
  }

  getChildren(known?: KnownHost): KnownHost[] {
    return known === undefined ? [...this.#context.hosts.all()] : [];
  }

  getTreeItem({ host, state }: KnownHost): vscode.TreeItem {
    const row = hostRow(host.label, host.id, state);
    const item = new vscode.TreeItem(host.label);
    item.id = host.id;
    item.description = row.description;
    item.contextValue = row.contextValue;
    item.iconPath = new vscode.ThemeIcon(
      row.icon,
      row.color === undefined ? undefined : new vscode.ThemeColor(row.color),
    );
    item.accessibilityInformation = { label: `${host.label}, ${row.description}` };
    item.tooltip = new vscode.MarkdownString(row.tooltip);
    return item;
  }
}
