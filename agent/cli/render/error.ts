import { InquestError, messageOf } from '../../domain/errors.ts';
import type { ErrorReason } from '../../domain/errors.ts';
import { wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { proseWidth, tint } from '../text/look.ts';
import type { Style } from '../text/paint.ts';
import { ready } from './layout.ts';

export interface ErrorReport {
  readonly error: { readonly reason: ErrorReason; readonly message: string; readonly next: string | null };
}

export function toErrorReport(error: unknown): ErrorReport {
  const reason = error instanceof InquestError ? error.reason : 'system';
  const next = error instanceof InquestError ? (error.next ?? null) : null;
  return { error: { reason, message: messageOf(error), next } };
}

const LEAD = 'inquest: ';

/** What happened, and what to do about it. */
export function renderError(error: unknown, look: Look): readonly string[] {
  const { message, next } = toErrorReport(error).error;
  return led(look, 'alarm', [
    ...wrapped(message, look),
    ...(next ?? '').split('\n').flatMap((line) => wrapped(line, look)),
  ]);
}

/** Something worth knowing that is no error, for standard error. */
export function renderNotice(text: string, look: Look): readonly string[] {
  return led(look, 'dim', wrapped(text, look));
}

function led(look: Look, style: Style, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === 0 ? tint(look, style, LEAD) : ' '.repeat(LEAD.length)) + line);
}

function wrapped(text: string, look: Look): readonly string[] {
  return text === '' ? [] : wrap(ready(look, text), proseWidth(look) - LEAD.length);
}
