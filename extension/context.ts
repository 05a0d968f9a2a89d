import * as vscode from 'vscode';
import type { DeathList } from './deaths/death-list.ts';
import type { Disposables } from './disposables.ts';
import type { HostRegistry } from './connect/host-registry.ts';
import { readSettings } from './settings/read.ts';
import type { Settings } from './settings/keys.ts';

/** What every part of the extension is handed. Made once, in `activate`. */
export interface InquestContext {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  /** Ends with the extension. */
  readonly lifetime: Disposables;
  /** Ends with the connections, before the rest. */
  readonly connections: Disposables;
  readonly hosts: HostRegistry;
  readonly deaths: DeathList;
  /** Fires when deaths, what of them was seen, or the state of a host changed. Bursts come as one. */
  readonly onDidChange: vscode.Event<void>;
  settings(): Settings;
}

export function currentSettings(): Settings {
  return readSettings(vscode.workspace.getConfiguration());
}

/** An output channel that exists once somebody writes to it: making one costs a round trip at start. */
export function createLog(lifetime: Disposables): vscode.LogOutputChannel {
  return lifetime.push(vscode.window.createOutputChannel('Inquest', { log: true }));
}
