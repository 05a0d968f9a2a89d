/** What a person is told about a failure. Plain text, safe to show once foreign parts are escaped by the view. */
export interface FailureText {
  /** A short sentence, for a row or a status bar. */
  readonly title: string;
  readonly detail: string;
  /** What to do. */
  readonly next: string;
  /** A line to copy and run, where there is one. */
  readonly command?: string;
  /** Where `command` belongs. */
  readonly runOn?: 'host' | 'here';
}

/** Puts values into `{0}`, `{1}`, …; the signature of vscode.l10n.t. */
export type Translate = (message: string, ...values: (string | number | boolean)[]) => string;
