/** What one test file's process said about its tests, one JSON line each (`reporter.ts` writes, `run-file.ts` reads). */
export type TestRecord =
  | { readonly kind: 'started'; readonly name: string }
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly name: string; readonly error: string }
  | { readonly kind: 'skipped'; readonly name: string; readonly reason: string }
  /** What a test measured or saw, by `t.diagnostic`. */
  | { readonly kind: 'noted'; readonly text: string }
  /** The file ran to its end. Without it the process was killed, or left by process.exit(). */
  | { readonly kind: 'end' };

export interface Failure {
  readonly name: string;
  readonly error: string;
}

export interface Skip {
  readonly name: string;
  readonly reason: string;
}

export interface FileResult {
  /** Relative to test/. */
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skips: readonly Skip[];
  readonly notes: readonly string[];
  readonly durationMs: number;
  /** The end of what the process wrote to stdout and stderr. */
  readonly output: string;
}
