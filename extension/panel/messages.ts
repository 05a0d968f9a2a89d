import type { PanelModel } from './model.ts';

/** From the extension to the panel. */
export type ToPanel =
  | { readonly type: 'show'; readonly model: PanelModel; readonly canAct: boolean }
  | { readonly type: 'loading'; readonly container: string | undefined }
  | {
      readonly type: 'problem';
      readonly title: string;
      readonly detail: string;
      /** A button that tries again, or connects; absent where that would not help. */
      readonly retry: string | undefined;
      /** A line that mends it, and where to run it. */
      readonly fix: { readonly command: string; readonly where: string } | undefined;
    }
  | { readonly type: 'copied'; readonly what: string };

export const PANEL_ACTIONS = [
  'openLog',
  'openPlace',
  'openRaw',
  'copyLink',
  'copyMarkdown',
  'explainAsText',
  'retry',
] as const;
export type PanelAction = (typeof PANEL_ACTIONS)[number];

/** From the panel to the extension. Commands to copy go by their place in the list, never as text. */
export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly action: PanelAction }
  | { readonly type: 'copyAdvice'; readonly index: number }
  /** The line that mends what is wrong with the host. */
  | { readonly type: 'copyFix' }
  /** When the account was on the screen, in milliseconds since the page began to load. */
  | { readonly type: 'shown'; readonly afterMs: number };

export function isFromPanel(value: unknown): value is FromPanel {
  if (!isRecord(value)) return false;
  switch (value['type']) {
    case 'ready':
    case 'copyFix':
      return true;
    case 'action':
      return PANEL_ACTIONS.some((action) => action === value['action']);
    case 'copyAdvice':
      return Number.isSafeInteger(value['index']) && Number(value['index']) >= 0;
    case 'shown':
      return typeof value['afterMs'] === 'number' && Number.isFinite(value['afterMs']);
    default:
      return false;
  }
}

/** Only the extension can post to its webview; this tells our messages from those of VS Code's own frames. */
export function isToPanel(value: unknown): value is ToPanel {
  if (!isRecord(value)) return false;
  switch (value['type']) {
    case 'show':
      return isRecord(value['model']) && typeof value['model']['headline'] === 'string';
    case 'loading':
      return true;
    case 'problem':
      return typeof value['title'] === 'string' && typeof value['detail'] === 'string';
    case 'copied':
      return typeof value['what'] === 'string';
    default:
      return false;
  }
}

/** What a panel needs to find its death again after the window was reloaded. */
export interface PanelState {
  readonly hostId: string;
  readonly deathId: string;
}

export function isPanelState(value: unknown): value is PanelState {
  return isRecord(value) && typeof value['hostId'] === 'string' && typeof value['deathId'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
