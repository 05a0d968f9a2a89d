/// <reference lib="dom" />
import type { FromPanel, PanelState } from '../panel/messages.ts';

interface VsCodeApi {
  postMessage(message: FromPanel): void;
  setState(state: PanelState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** May be asked for only once in the life of a page. */
export const vscodeApi: VsCodeApi = acquireVsCodeApi();
