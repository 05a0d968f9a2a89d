import { css } from 'lit';

/** Colours and fonts are the theme's; sizes are relative, so that zoom and narrow splits only reflow. */
export const styles = css`
  :host {
    display: block;
    box-sizing: border-box;
    max-width: 62rem;
    padding: 1.25rem 0 3rem;
    color: var(--vscode-foreground);
    font-family: var(--vscode-font-family);
    font-size: var(--vscode-font-size);
    line-height: 1.5;
    overflow-wrap: anywhere;
    --inquest-rule: var(--vscode-widget-border, var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)));
    --inquest-box: var(--vscode-textCodeBlock-background);
  }
  :host([data-tone='error']) {
    --inquest-tone: var(--vscode-list-errorForeground, var(--vscode-errorForeground));
  }
  :host([data-tone='warning']) {
    --inquest-tone: var(--vscode-list-warningForeground, var(--vscode-editorWarning-foreground));
  }
  :host([data-tone='neutral']) {
    --inquest-tone: var(--vscode-descriptionForeground);
  }

  h1,
  h2,
  p,
  ol,
  ul,
  dl,
  dd,
  pre,
  figure {
    margin: 0;
    padding: 0;
  }
  ol,
  ul {
    list-style: none;
  }
  h1 {
    font-size: 1.5em;
    font-weight: 600;
    line-height: 1.35;
    text-wrap: balance;
  }
  h2 {
    margin: 2rem 0 0.6rem;
    font-size: 1.1em;
    font-weight: 600;
  }
  code,
  pre,
  .mono {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 0.95em;
  }
  .dim {
    color: var(--vscode-descriptionForeground);
  }
  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  header {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0 0.75rem;
  }
  .tone-icon {
    margin-top: 0.2em;
    color: var(--inquest-tone);
    --vscode-icon-foreground: var(--inquest-tone);
  }
  .container-name {
    color: var(--vscode-descriptionForeground);
  }
  .verdict {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.35rem 0.75rem;
    margin-top: 0.5rem;
  }
  .certainty {
    display: inline-flex;
    align-items: center;
    gap: 0.35rem;
    padding: 0.05rem 0.55rem;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 1rem;
    background: var(--vscode-badge-background);
    color: var(--vscode-badge-foreground);
    --vscode-icon-foreground: var(--vscode-badge-foreground);
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
    margin-left: -0.25rem;
  }
  .facts {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 0.2rem 1.25rem;
    margin-top: 1.25rem;
    padding-top: 1rem;
    border-top: 1px solid var(--inquest-rule);
  }
  .facts dt {
    color: var(--vscode-descriptionForeground);
  }

  .chain li {
    position: relative;
    padding: 0.15rem 0 0.4rem 1.5rem;
  }
  .chain li::before {
    content: '';
    position: absolute;
    top: 0.65em;
    left: 0.3rem;
    width: 0.45rem;
    height: 0.45rem;
    border: 1px solid var(--vscode-descriptionForeground);
    border-radius: 50%;
    background: var(--vscode-editor-background);
  }
  .chain li:first-child::before {
    border-color: var(--inquest-tone);
    background: var(--inquest-tone);
  }
  .chain li:not(:last-child)::after {
    content: '';
    position: absolute;
    top: calc(0.65em + 0.6rem);
    bottom: -0.5em;
    left: calc(0.3rem + 0.225rem);
    width: 1px;
    background: var(--vscode-descriptionForeground);
    opacity: 0.6;
  }
  .chain li:first-child .command {
    font-weight: 600;
  }
  .chain,
  section p + p {
    margin-top: 0.5rem;
  }

  .timeline {
    display: grid;
    grid-template-columns: max-content max-content minmax(0, 1fr);
    gap: 0 0.9rem;
  }
  .timeline li {
    display: grid;
    grid-template-columns: subgrid;
    grid-column: 1 / -1;
    padding: 0.2rem 0.4rem;
    border-left: 2px solid var(--inquest-rule);
  }
  .timeline .when {
    text-align: right;
    font-variant-numeric: tabular-nums;
    color: var(--vscode-descriptionForeground);
  }
  .timeline .death {
    border-left-color: var(--inquest-tone);
    background: var(--inquest-box);
    font-weight: 600;
  }
  .timeline .death .when {
    color: inherit;
  }
  .more {
    margin-top: 0.5rem;
  }

  details {
    margin-top: 0.5rem;
  }
  summary {
    width: fit-content;
    cursor: pointer;
    color: var(--vscode-textLink-foreground);
  }
  summary:hover {
    color: var(--vscode-textLink-activeForeground);
  }
  table {
    margin-top: 0.5rem;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 0.1rem 1.5rem 0.1rem 0;
    text-align: right;
    font-weight: normal;
    font-variant-numeric: tabular-nums;
  }
  thead th {
    color: var(--vscode-descriptionForeground);
  }

  blockquote {
    margin: 0 0 0.6rem;
    padding: 0.4rem 0.7rem;
    border-left: 3px solid var(--inquest-tone);
    background: var(--inquest-box);
  }
  .place {
    padding: 0;
    border: 0;
    background: none;
    color: var(--vscode-textLink-foreground);
    font: inherit;
    text-align: left;
    cursor: pointer;
  }
  .place:hover {
    color: var(--vscode-textLink-activeForeground);
    text-decoration: underline;
  }
  .place:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 2px;
  }

  .reasons li {
    padding: 0.2rem 0 0.2rem 1.25rem;
    position: relative;
  }
  .reasons li::before {
    content: '';
    position: absolute;
    top: 0.85em;
    left: 0.3rem;
    width: 0.35rem;
    height: 1px;
    background: var(--vscode-descriptionForeground);
  }
  .advice {
    counter-reset: advice;
  }
  .advice > li {
    counter-increment: advice;
    position: relative;
    padding: 0.2rem 0 0.5rem 1.75rem;
  }
  .advice > li::before {
    content: counter(advice) '.';
    position: absolute;
    left: 0.25rem;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
  }
  .to-copy {
    display: flex;
    align-items: start;
    gap: 0.5rem;
    margin-top: 0.35rem;
    padding: 0.3rem 0.3rem 0.3rem 0.7rem;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 3px;
    background: var(--inquest-box);
  }
  .to-copy code {
    flex: 1;
    padding-top: 0.15rem;
    white-space: pre-wrap;
  }
  .log {
    max-height: 24rem;
    overflow: auto;
    padding: 0.5rem 0.7rem;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 3px;
    background: var(--inquest-box);
    white-space: pre;
    overflow-wrap: normal;
    tab-size: 4;
  }
  .log:focus-visible,
  summary:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
  .log .time {
    color: var(--vscode-descriptionForeground);
    user-select: none;
  }
  .log .line {
    padding-left: 0.5rem;
    border-left: 2px solid transparent;
  }
  .log .stderr {
    border-left-color: var(--vscode-errorForeground);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 2rem;
    padding-top: 1rem;
    border-top: 1px solid var(--inquest-rule);
  }
  .state {
    padding: 3rem 0;
    text-align: center;
  }
  .state p {
    max-width: 40rem;
    margin: 0.5rem auto 1.25rem;
    color: var(--vscode-descriptionForeground);
  }
  .state .fix {
    max-width: 32rem;
    margin: 0 auto 1.25rem;
    text-align: start;
  }

  @media (max-width: 32rem) {
    .facts {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    .facts dd {
      margin-bottom: 0.4rem;
    }
    .timeline {
      display: block;
    }
    .timeline li {
      display: block;
    }
    .timeline .when {
      text-align: left;
    }
    .timeline .when,
    .timeline .source {
      margin-right: 0.6rem;
    }
    .timeline .text {
      display: block;
    }
  }
  @media (forced-colors: active) {
    .chart .line {
      stroke: CanvasText;
    }
  }
`;
