/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import { html, LitElement } from 'lit';
import type { TemplateResult } from 'lit';
import { loadBundle, t } from '../l10n/t.ts';
import type { Bundle } from '../l10n/t.ts';
import { isToPanel } from '../panel/messages.ts';
import type { ToPanel } from '../panel/messages.ts';
import { advice, backtrace, lastLines, lineToCopy, more, notes, ruledOut, said, timeline, who } from './account.ts';
import type { Act } from './act.ts';
import { figureStyles } from './figure-styles.ts';
import { figures } from './figures.ts';
import { header } from './header.ts';
import { styles } from './styles.ts';
import { vscodeApi } from './vscode-api.ts';

const COPIED_MS = 1_500;

/** The Explain Exit panel: draws what it is told, asks the extension for everything else. */
class InquestPanel extends LitElement {
  static override styles = [styles, figureStyles];

  #message: ToPanel = { type: 'loading', container: undefined };
  #copied: string | undefined;
  #copiedTimer: number | undefined;
  #showsAll = false;

  readonly #onMessage = (event: MessageEvent<unknown>): void => {
    if (isToPanel(event.data)) this.#receive(event.data);
  };

  override connectedCallback(): void {
    super.connectedCallback();
    loadBundle(readBundle(this.dataset['translations']));
    window.addEventListener('message', this.#onMessage);
    vscodeApi.postMessage({ type: 'ready' });
  }

  override disconnectedCallback(): void {
    window.removeEventListener('message', this.#onMessage);
    super.disconnectedCallback();
  }

  #receive(message: ToPanel): void {
    if (message.type === 'copied') {
      this.#markCopied(message.what);
      return;
    }
    if (message.type === 'show') {
      const { model } = message;
      const { hostId, deathId } = model;
      const isOther = this.#message.type !== 'show' || this.#message.model.deathId !== deathId;
      if (isOther) {
        this.#showsAll = false;
        window.scrollTo(0, 0);
      }
      vscodeApi.setState({ hostId, deathId });
      this.dataset['tone'] = model.tone;
      this.#reportShown();
    }
    this.#message = message;
    this.requestUpdate();
  }

  #reportShown(): void {
    requestAnimationFrame(() => {
      vscodeApi.postMessage({ type: 'shown', afterMs: performance.now() });
    });
  }

  #markCopied(what: string): void {
    this.#copied = what;
    window.clearTimeout(this.#copiedTimer);
    this.#copiedTimer = window.setTimeout(() => {
      this.#copied = undefined;
      this.requestUpdate();
    }, COPIED_MS);
    this.requestUpdate();
  }

  override render(): TemplateResult {
    return html`
      <main aria-busy=${this.#message.type === 'loading' ? 'true' : 'false'}>${this.#page(this.#message)}</main>
      <div class="hidden-text" role="status" aria-live="polite">${this.#copied === undefined ? '' : t('Copied')}</div>
    `;
  }

  #page(message: ToPanel): TemplateResult {
    switch (message.type) {
      case 'show': {
        const { model } = message;
        const act = this.#act();
        return html`${header(model, act)} ${who(model)} ${backtrace(model)} ${timeline(model, act)} ${said(model, act)}
        ${figures(model)} ${ruledOut(model)} ${notes(model)} ${advice(model, act)} ${lastLines(model, act)} ${more(act)}`;
      }
      case 'problem':
        return html`<div class="state">
          <h1>${message.title}</h1>
          <p>${message.detail}</p>
          ${
            message.fix === undefined
              ? ''
              : html`<div class="fix">
                  <span class="dim">${message.fix.where}</span>
                  ${lineToCopy(message.fix.command, this.#copied === 'copyFix', () => {
                    vscodeApi.postMessage({ type: 'copyFix' });
                  })}
                </div>`
          }
          ${
            message.retry === undefined
              ? ''
              : html`<vscode-button @click=${() => this.#act().act('retry')}>${message.retry}</vscode-button>`
          }
        </div>`;
      case 'loading':
      case 'copied':
        return html`<div class="state">
          <h1>${t('Explain Exit')}</h1>
          <p>${t('Reading the evidence…')}</p>
        </div>`;
    }
  }

  #act(): Act {
    return {
      copied: this.#copied,
      act: (action) => {
        vscodeApi.postMessage({ type: 'action', action });
      },
      copyAdvice: (index) => {
        vscodeApi.postMessage({ type: 'copyAdvice', index });
      },
      showsAll: this.#showsAll,
      toggleAll: () => {
        this.#showsAll = !this.#showsAll;
        this.requestUpdate();
      },
    };
  }
}

function readBundle(json: string | undefined): Bundle | undefined {
  if (json === undefined) return undefined;
  const parsed: unknown = JSON.parse(json);
  return isBundle(parsed) ? parsed : undefined;
}

function isBundle(value: unknown): value is Bundle {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}

customElements.define('inquest-panel', InquestPanel);
