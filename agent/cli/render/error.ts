import { InquestError, messageOf } from '../../domain/errors.ts';
import type { ErrorReason } from '../../domain/errors.ts';
import { wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { proseWidth, tint } from '../text/look.ts';
import { ready } from './layout.ts';

export interface ErrorReport {
  readonly error: { readonly reason: ErrorReason; readonly message: string; readonly next: string | null };
}

export function toErrorReport(error: unknown): ErrorReport {
  const reason = error instanceof InquestError ? error.reason : 'system';
  const next = error instanceof InquestError ? (error.next ?? null) : null;
  return { error: { reason, message: messageOf(error), next } };
}

/** What happened, and what to do about it. */
export function renderError(error: unknown, look: Look): readonly string[] {
  const { message, next } = toErrorReport(error).error;
  const lead = 'inquest: ';
  const lines = wrap(ready(look, message), proseWidth(look) - lead.length);
  return [
    ...lines.map((line, index) =>
      index === 0 ? `${tint(look, 'alarm', lead)}${line}` : `${' '.repeat(lead.length)}${line}`,
    ),
    ...(next === null
      ? []
      : wrap(ready(look, next), proseWidth(look) - lead.length).map((line) => `${' '.repeat(lead.length)}${line}`)),
  ];
}
