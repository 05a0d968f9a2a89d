export type CheckState = 'ok' | 'warn' | 'fail';

/** One line of `inquest doctor`. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly state: CheckState;
  readonly detail: string;
  /** What to do about it; null where there is nothing to do. */
  readonly next: string | null;
}

export function ok(id: string, title: string, detail: string): Check {
  return { id, title, state: 'ok', detail, next: null };
}

export function warn(id: string, title: string, detail: string, next: string): Check {
  return { id, title, state: 'warn', detail, next };
}

export function fail(id: string, title: string, detail: string, next: string): Check {
  return { id, title, state: 'fail', detail, next };
}
