import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { t } from '../l10n/t.ts';
import type { LogModel, PanelModel, ProcessModel } from '../panel/model.ts';
import type { Act } from './act.ts';

type Part = TemplateResult | typeof nothing;

function section(id: string, title: string, body: unknown): TemplateResult {
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>${title}</h2>
    ${body}
  </section>`;
}

/** Who ended it: the killer first, then everything that started it. */
export function who({ actor }: PanelModel): Part {
  const victim = actor.victim === undefined ? nothing : html`<p>${actor.victim}</p>`;
  return section(
    'who',
    t('Who ended it'),
    html`${[...actor.requests, actor].map(
      ({ intro, chain }) =>
        html`<p>${intro}</p>
          ${chainOf(chain)}`,
    )}${victim}`,
  );
}

function chainOf(chain: readonly ProcessModel[]): Part {
  if (chain.length === 0) return nothing;
  return html`<ol class="chain">
    ${chain.map(
      ({ command, pid, user }) => html`
        <li>
          <code class="command">${command}</code>
          <div class="dim">${user === '' ? pid : `${pid} · ${user}`}</div>
        </li>
      `,
    )}
  </ol>`;
}

/** Where the program was when it crashed. */
export function backtrace(model: PanelModel): Part {
  if (model.backtrace === undefined) return nothing;
  const { frames, remarks } = model.backtrace;
  return section(
    'backtrace',
    t('Where it crashed'),
    html`<ol class="advice">
        ${frames.map(
          ({ place, address, count }) => html`
            <li>
              <code class="command">${place}</code>
              ${count === 1 ? nothing : html`<span class="dim">×${count}</span>`}
              ${address === undefined ? nothing : html`<div class="dim">${address}</div>`}
            </li>
          `,
        )}
      </ol>
      ${remarks.length === 0 ? nothing : html`<p class="dim">${remarks.join(' · ')}</p>`}`,
  );
}

export function timeline({ timeline: rows }: PanelModel, { showsAll, toggleAll }: Act): Part {
  if (rows.length === 0) return nothing;
  const shown = showsAll ? rows : rows.filter(({ isTelling }) => isTelling);
  const hidden = rows.length - rows.filter(({ isTelling }) => isTelling).length;
  return section(
    'timeline',
    t('Timeline'),
    html`
      <ol class="timeline">
        ${shown.map(
          ({ when, source, text, count, isDeath }) => html`
            <li class=${isDeath ? 'death' : ''}>
              <span class="when">${when}</span>
              <span class="source dim">${source}</span>
              <span class="text">${text}${count === 1 ? nothing : html` <span class="dim">×${count}</span>`}</span>
            </li>
          `,
        )}
      </ol>
      ${
        hidden === 0
          ? nothing
          : html`<vscode-button class="more" secondary @click=${toggleAll} aria-expanded=${showsAll ? 'true' : 'false'}>
              ${showsAll ? t('Show Less') : t('Show All {0} Lines', rows.length)}
            </vscode-button>`
      }
    `,
  );
}

/** The line of the log that says why. The extension opens the place: the page only asks. */
export function said({ said: model }: PanelModel, { act }: Act): Part {
  if (model === undefined) return nothing;
  const { line, meaning, place } = model;
  return section(
    'said',
    t('What it said'),
    html`<blockquote><code>${line}</code></blockquote>
      <p>${meaning}</p>
      ${
        place === undefined
          ? nothing
          : html`<p>
              <button class="place" title=${t('Open in This Workspace')} @click=${() => act('openPlace')}>
                <code>${place}</code>
              </button>
            </p>`
      }`,
  );
}

export function ruledOut(model: PanelModel): Part {
  if (model.ruledOut.length === 0) return nothing;
  return section(
    'not',
    t('What it is not'),
    html`<ul class="reasons">
      ${model.ruledOut.map(({ title, why }) => html`<li>${title}: <span class="dim">${why}</span></li>`)}
    </ul>`,
  );
}

export function notes(model: PanelModel): Part {
  if (model.notes.length === 0) return nothing;
  return section(
    'notes',
    t('Worth knowing'),
    html`<ul class="reasons">
      ${model.notes.map((note) => html`<li>${note}</li>`)}
    </ul>`,
  );
}

/** A line to run, with a button that copies it. */
export function lineToCopy(command: string, isCopied: boolean, copy: () => void): TemplateResult {
  return html`<div class="to-copy">
    <code>${command}</code>
    <vscode-toolbar-button
      icon=${isCopied ? 'check' : 'copy'}
      label=${t('Copy Command')}
      title=${t('Copy Command')}
      @click=${copy}
    ></vscode-toolbar-button>
  </div>`;
}

export function advice(model: PanelModel, { copied, copyAdvice }: Act): Part {
  if (model.advice.length === 0) return nothing;
  return section(
    'advice',
    t('What to do'),
    html`<ol class="advice">
      ${model.advice.map(
        ({ text, command }, index) => html`
          <li>
            ${text}
            ${
              command === undefined
                ? nothing
                : lineToCopy(command, copied === String(index), () => {
                    copyAdvice(index);
                  })
            }
          </li>
        `,
      )}
    </ol>`,
  );
}

export function lastLines({ log }: PanelModel, { act }: Act): Part {
  if (log === undefined) return nothing;
  return section(
    'log',
    t('Last log lines'),
    html`${logLines(log)} ${log.remarks.length === 0 ? nothing : html`<p class="dim">${log.remarks.join(' · ')}</p>`}
      <vscode-button class="more" secondary icon="go-to-file" @click=${() => act('openLog')}>
        ${t('Open Log at Death')}
      </vscode-button>`,
  );
}

function logLines({ lines }: LogModel): TemplateResult {
  // One line, so that no blank of the template becomes one of the log.
  const rows = lines.map(({ time, isError, text }, index) => {
    const stamp = time === '' ? nothing : html`<span class="time">${time} </span>`;
    return html`${index === 0 ? nothing : '\n'}${stamp}<span class=${isError ? 'line stderr' : 'line'}>${text}</span>`;
  });
  return html`<pre class="log" tabindex="0" role="region" aria-label=${t('Log at death')}>${rows}</pre>`;
}

export function more({ act }: Act): TemplateResult {
  return html`<div class="buttons">
    <vscode-button secondary icon="json" @click=${() => act('openRaw')}>${t('Open Raw Evidence')}</vscode-button>
    <vscode-button secondary icon="note" @click=${() => act('explainAsText')}
      >${t('Explain Exit as Text')}</vscode-button
    >
  </div>`;
}
