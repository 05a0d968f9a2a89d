import * as vscode from 'vscode';
import { statusBar } from '../connect/states.ts';
import type { InquestContext } from '../context.ts';
import { COMMANDS } from '../ids.ts';
import { t } from '../l10n/t.ts';

/** One item, driven by the state of all hosts and by what nobody has looked at yet. */
export function createStatusBar(context: InquestContext): void {
  const { lifetime, hosts, deaths } = context;
  let item: vscode.StatusBarItem | undefined;
  const update = (): void => {
    const states = hosts.all().map(({ state }) => state);
    const shown = context.settings().statusBar ? statusBar(states, deaths.unseen().length) : undefined;
    if (shown === undefined) {
      item?.hide();
      return;
    }
    if (item === undefined) {
      item = lifetime.push(vscode.window.createStatusBarItem('inquest.status', vscode.StatusBarAlignment.Left, 0));
      item.name = t('Inquest: Container Deaths');
      item.command = COMMANDS.showDeaths;
    }
    item.text = shown.text;
    item.tooltip = shown.tooltip;
    item.accessibilityInformation = { label: shown.tooltip, role: 'button' };
    item.backgroundColor = shown.isWarning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.show();
  };
  lifetime.push(context.onDidChange(update));
  update();
}
