import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Certainty } from '../../agent/domain/death.ts';
import { t } from '../l10n/t.ts';
import type { PanelModel } from '../panel/model.ts';
import type { Act } from './act.ts';

/** Another shape for each: colour alone says nothing to many eyes. */
const CERTAINTY_ICONS: Readonly<Record<Certainty, string>> = {
  certain: 'pass-filled',
  likely: 'pass',
  possible: 'question',
  unknown: 'circle-slash',
};

export function header(model: PanelModel, { copied, act }: Act): TemplateResult {
  return html`
    <header>
      <vscode-icon class="tone-icon" name=${model.icon} size="24" aria-hidden="true"></vscode-icon>
      <div>
        <p class="container-name">${model.container}</p>
        <h1>${model.headline}</h1>
        <div class="verdict">
          <span class="certainty">
            <vscode-icon name=${CERTAINTY_ICONS[model.certainty]} size="14" aria-hidden="true"></vscode-icon>
            ${model.certaintyText}
          </span>
          ${model.isComplete ? nothing : html`<span class="certainty">${t('Incomplete evidence')}</span>`}
          ${model.isSettled ? nothing : html`<span class="dim">${t('Late evidence may still come in.')}</span>`}
          <code class="dim">${model.causeId}</code>
          <div class="toolbar" role="group" aria-label=${t('Actions')}>
            <vscode-toolbar-button
              icon=${copied === 'copyMarkdown' ? 'check' : 'markdown'}
              label=${t('Copy as Markdown')}
              title=${t('Copy as Markdown')}
              @click=${() => act('copyMarkdown')}
            ></vscode-toolbar-button>
            <vscode-toolbar-button
              icon=${copied === 'copyLink' ? 'check' : 'link'}
              label=${t('Copy Link')}
              title=${t('Copy Link')}
              @click=${() => act('copyLink')}
            ></vscode-toolbar-button>
          </div>
        </div>
      </div>
    </header>
    <dl class="facts">
      ${model.facts.map(
        ({ label, value, detail, isCode }) => html`
          <dt>${label}</dt>
          <dd>
            ${isCode === true ? html`<code>${value}</code>` : value}
            ${detail === undefined ? nothing : html`<span class="dim"> · ${detail}</span>`}
          </dd>
        `,
      )}
    </dl>
  `;
}
