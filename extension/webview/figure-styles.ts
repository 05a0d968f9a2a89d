import { css } from 'lit';

/** Meters, the curve of memory, what it was made of and who had it. */
export const figureStyles = css`
  .meter {
    height: 0.5rem;
    margin: 0.4rem 0 0.9rem;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 0.25rem;
    background: var(--inquest-box);
    overflow: hidden;
  }
  .meter svg {
    display: block;
    width: 100%;
    height: 100%;
  }
  .meter rect {
    fill: var(--vscode-charts-blue, var(--vscode-foreground));
  }
  .meter.near rect {
    fill: var(--vscode-charts-red, var(--vscode-errorForeground));
  }
  .chart {
    position: relative;
    border-bottom: 1px solid var(--vscode-descriptionForeground);
  }
  .chart svg {
    display: block;
    width: 100%;
    height: 9rem;
  }
  .chart .area {
    fill: var(--vscode-charts-blue, var(--vscode-foreground));
    opacity: 0.18;
  }
  .chart .line {
    fill: none;
    stroke: var(--vscode-charts-blue, var(--vscode-foreground));
    stroke-width: 2;
    vector-effect: non-scaling-stroke;
  }
  .chart .limit {
    stroke: var(--vscode-charts-red, var(--vscode-errorForeground));
    stroke-width: 1;
    stroke-dasharray: 6 4;
    vector-effect: non-scaling-stroke;
  }
  .told {
    margin-top: 0.5rem;
  }
  .parts {
    margin-top: 0.75rem;
  }
  .meter .programs {
    fill: var(--vscode-charts-blue, var(--vscode-foreground));
  }
  .meter .shared {
    fill: var(--vscode-charts-orange, var(--vscode-foreground));
  }
  .meter .kernel {
    fill: var(--vscode-charts-purple, var(--vscode-foreground));
  }
  .meter .cache {
    fill: var(--vscode-descriptionForeground);
    opacity: 0.5;
  }
  .part-key {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
    margin-top: 0.35rem;
  }
  .part-key li::before {
    content: '';
    display: inline-block;
    width: 0.6rem;
    height: 0.6rem;
    margin-right: 0.4rem;
    background: var(--vscode-charts-blue, var(--vscode-foreground));
  }
  .part-key .shared::before {
    background: var(--vscode-charts-orange, var(--vscode-foreground));
  }
  .part-key .kernel::before {
    background: var(--vscode-charts-purple, var(--vscode-foreground));
  }
  .part-key .cache::before {
    background: var(--vscode-descriptionForeground);
    opacity: 0.5;
  }
  .processes {
    margin-top: 0.75rem;
  }
  .processes caption {
    text-align: left;
    color: var(--vscode-descriptionForeground);
  }
  .processes th {
    padding-right: 0;
    text-align: left;
  }
  .processes td {
    vertical-align: top;
    white-space: nowrap;
  }
  .axis {
    display: flex;
    justify-content: space-between;
    margin-top: 0.25rem;
    color: var(--vscode-descriptionForeground);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
    margin-bottom: 0.25rem;
  }
  .legend span::before {
    content: '';
    display: inline-block;
    width: 1.2rem;
    margin-right: 0.4rem;
    border-top: 2px solid var(--vscode-charts-blue, var(--vscode-foreground));
    vertical-align: middle;
  }
  .legend .limit-key::before {
    border-top: 1px dashed var(--vscode-charts-red, var(--vscode-errorForeground));
  }
`;
