import type { SQLOutputValue } from 'node:sqlite';
import { InquestError } from '../domain/errors.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

function unexpected(column: string): InquestError {
  return new InquestError('store-corrupt', `The store holds an unexpected value in ${column}.`);
}

export function integerOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw unexpected(column);
  return value;
}

export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw unexpected(column);
  return value;
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

export function optionalInteger(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integerOf(row, column);
}

/** A text column, or a blob column with its deflated form. */
export function contentOf(row: Row, column: string): string | Uint8Array {
  const value = row[column];
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw unexpected(column);
}
