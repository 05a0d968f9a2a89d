import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { NEAR_LIMIT } from '../../agent/domain/memory-figures.ts';
import { t } from '../l10n/t.ts';
import type { ChartModel, MemoryModel, PanelModel, ThrottlingModel } from '../panel/model.ts';

type Part = TemplateResult | typeof nothing;

/** Units of the drawing; it is stretched to the room there is. */
const WIDTH = 600;
const HEIGHT = 160;

export function figures({ memory, throttling }: PanelModel): Part {
  if (memory === undefined && throttling === undefined) return nothing;
  return html`${memory === undefined ? nothing : memorySection(memory)}
  ${throttling === undefined ? nothing : throttlingSection(throttling)}`;
}

function memorySection({ summary, whose, share, chart, sentences, parts, processes }: MemoryModel): TemplateResult {
  return html`<section aria-labelledby="memory">
    <h2 id="memory">${t('Memory')}</h2>
    <p>${summary}${whose === undefined ? nothing : html`<span class="dim"> ${whose}</span>`}</p>
    ${share === undefined ? nothing : meter(share)} ${chart === undefined ? nothing : chartOf(chart)}
    ${sentences.map((sentence) => html`<p class="told">${sentence}</p>`)}
    ${parts.length < 2 ? nothing : partsBar(parts)} ${processes.length === 0 ? nothing : processTable(processes)}
  </section>`;
}

/** One bar, divided; the words below it say the same. */
function partsBar(parts: MemoryModel['parts']): TemplateResult {
  let at = 0;
  const slices = parts.map(({ kind, share }) => {
    const x = at;
    at += share * WIDTH;
    return svg`<rect class=${kind} x=${x.toFixed(1)} width=${(share * WIDTH).toFixed(1)} height="10"></rect>`;
  });
  return html`<div class="parts">
    <div class="meter" aria-hidden="true">
      <svg viewBox="0 0 600 10" preserveAspectRatio="none">${slices}</svg>
    </div>
    <ul class="part-key">
      ${parts.map(({ kind, label, size }) => html`<li class=${kind}>${label} <span class="dim">${size}</span></li>`)}
    </ul>
  </div>`;
}

function processTable(processes: MemoryModel['processes']): TemplateResult {
  return html`<table class="processes">
    <caption>
      ${t('The biggest processes at the end')}
    </caption>
    <thead>
      <tr>
        <th scope="col">${t('Memory')}</th>
        <th scope="col">${t('Process')}</th>
      </tr>
    </thead>
    <tbody>
      ${processes.map(
        ({ name, size, remark }) => html`
          <tr>
            <td>${size}</td>
            <th scope="row">
              <code>${name}</code>${remark === '' ? nothing : html` <span class="dim">${remark}</span>`}
            </th>
          </tr>
        `,
      )}
    </tbody>
  </table>`;
}

function throttlingSection({ summary, share }: ThrottlingModel): TemplateResult {
  return html`<section aria-labelledby="cpu">
    <h2 id="cpu">${t('CPU')}</h2>
    <p>${summary}</p>
    ${meter(share)}
  </section>`;
}

/** The words beside it say the same. */
function meter(share: number): TemplateResult {
  const width = Math.round(Math.min(1, share) * WIDTH);
  return html`<div class=${share >= NEAR_LIMIT ? 'meter near' : 'meter'} aria-hidden="true">
    <svg viewBox="0 0 600 10" preserveAspectRatio="none"><rect width=${width} height="10"></rect></svg>
  </div>`;
}

function chartOf(chart: ChartModel): TemplateResult {
  const { limitBytes, limitText, description, startText, table } = chart;
  const line = pathOf(chart);
  const limitY = limitBytes === undefined ? undefined : yOf(limitBytes, chart);
  return html`
    <figure>
      <div class="legend dim" aria-hidden="true">
        <span>${t('Memory in use')}</span>
        ${limitText === undefined ? nothing : html`<span class="limit-key">${limitText}</span>`}
      </div>
      <div class="chart">
        <svg viewBox="0 0 600 160" preserveAspectRatio="none" role="img" aria-label=${description}>
          <path class="area" d="${line} L ${WIDTH} ${HEIGHT} L 0 ${HEIGHT} Z"></path>
          <path class="line" d=${line}></path>
          ${
            limitY === undefined
              ? nothing
              : svg`<line class="limit" x1="0" x2=${WIDTH} y1=${limitY} y2=${limitY}></line>`
          }
        </svg>
      </div>
      <div class="axis" aria-hidden="true"><span>${startText}</span><span>${t('death')}</span></div>
      <details>
        <summary>${t('Show as table')}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">${t('When')}</th>
              <th scope="col">${t('Memory in use')}</th>
              <th scope="col">${t('Of the limit')}</th>
            </tr>
          </thead>
          <tbody>
            ${table.map(
              ({ when, value, share }) => html`
                <tr>
                  <th scope="row">${when}</th>
                  <td>${value}</td>
                  <td>${share === '' ? '–' : share}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </details>
    </figure>
  `;
}

function pathOf(chart: ChartModel): string {
  const start = chart.points[0]?.seconds ?? -1;
  const span = -start || 1;
  return chart.points
    .map(({ seconds, bytes }, index) => {
      const x = (((seconds - start) / span) * WIDTH).toFixed(1);
      return `${index === 0 ? 'M' : 'L'} ${x} ${yOf(bytes, chart)}`;
    })
    .join(' ');
}

function yOf(bytes: number, { ceilingBytes }: ChartModel): string {
  return (HEIGHT - (bytes / ceilingBytes) * HEIGHT).toFixed(1);
}
