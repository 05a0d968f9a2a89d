import * as vscode from 'vscode';
import type { InquestContext } from '../context.ts';
import { keyOf } from '../deaths/entry.ts';
import type { DeathRef } from '../deaths/entry.ts';
import { PANEL_TYPE } from '../ids.ts';
import { t } from '../l10n/t.ts';
import { ExplainPanel, panelOptions } from './explain-panel.ts';
import { isPanelState } from './messages.ts';

/** All Explain Exit panels. One is used again for every death, like a preview editor; others are made when asked for. */
export class ExplainPanels {
  readonly #context: InquestContext;
  readonly #panels = new Set<ExplainPanel>();
  #shared: ExplainPanel | undefined;

  constructor(context: InquestContext) {
    this.#context = context;
    context.lifetime.push(
      vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
        deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: unknown) => {
          const restored = this.#adopt(panel);
          this.#shared ??= restored;
          if (isPanelState(state)) await restored.show({ hostId: state.hostId, deathId: state.deathId });
          else panel.dispose();
        },
      }),
    );
  }

  /** Which death the panel in front shows. */
  activeRef(): DeathRef | undefined {
    return [...this.#panels].find(({ isActive }) => isActive)?.ref;
  }

  async open(ref: DeathRef, options: { readonly inNewPanel?: boolean } = {}): Promise<void> {
    const same = [...this.#panels].find(({ key }) => key === keyOf(ref));
    if (same !== undefined && options.inNewPanel !== true) {
      same.reveal();
      await same.show(ref);
      return;
    }
    if (this.#shared === undefined || options.inNewPanel === true) {
      if (options.inNewPanel !== true) await this.#replaceSleeping();
      const panel = this.#create();
      if (options.inNewPanel !== true) this.#shared = panel;
      await panel.show(ref);
      return;
    }
    this.#shared.reveal();
    await this.#shared.show(ref);
  }

  /**
   * After a reload, a panel behind other tabs lives again only when somebody looks at it. The new one takes the place of
   * such a tab, or each reload would leave one more behind.
   */
  async #replaceSleeping(): Promise<void> {
    if (this.#panels.size > 0) return;
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const sleeping = tabs.find(
      ({ input, isPinned }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith(PANEL_TYPE) && !isPinned,
    );
    if (sleeping !== undefined) await vscode.window.tabGroups.close(sleeping, true);
  }

  #create(): ExplainPanel {
    const { extensionUri } = this.#context.extension;
    const panel = vscode.window.createWebviewPanel(
      PANEL_TYPE,
      t('Explain Exit'),
      { viewColumn: vscode.ViewColumn.Active, preserveFocus: false },
      panelOptions(extensionUri),
    );
    return this.#adopt(panel);
  }

  #adopt(webviewPanel: vscode.WebviewPanel): ExplainPanel {
    const panel = new ExplainPanel(this.#context, webviewPanel);
    this.#panels.add(panel);
    panel.onDidDispose(() => {
      this.#panels.delete(panel);
      if (this.#shared === panel) this.#shared = undefined;
    });
    return panel;
  }
}
