import type { SQLInputValue } from 'node:sqlite';
import { isCauseId } from '../domain/causes.ts';
import type { DeathFilter, ListParams } from '../domain/protocol.ts';

/** A condition on `deaths d` with what is bound to it. Nothing of a filter ever becomes SQL text. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

export const ID_PREFIX = /^[0-9a-f]{4,64}$/;
/** Sorts after every hexadecimal digit: the end of the range of ids with a prefix. */
const AFTER_HEX = 'g';

/** LIKE with what it would take for a pattern made literal. Used with ESCAPE '\'. */
export function likeContaining(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

export function containerIdCondition(prefix: string): Condition {
  return { sql: 'd.container_id >= ? AND d.container_id < ?', values: [prefix, `${prefix}${AFTER_HEX}`] };
}

export const IS_DEATH: Condition = { sql: 'd.wound IS NULL', values: [] };
const IS_WOUND: Condition = { sql: 'd.wound IS NOT NULL', values: [] };

/** Deaths alone where nothing is said: whoever does not know of wounds must not take them for deaths. */
export function kindCondition(what: ListParams['what'] = 'deaths'): readonly Condition[] {
  switch (what) {
    case 'deaths':
      return [IS_DEATH];
    case 'wounds':
      return [IS_WOUND];
    case 'all':
      return [];
  }
}

/** Every condition must hold. */
export function toConditions(filter: DeathFilter): readonly Condition[] {
  const { since, until, cause, container, image, exitCode, labels, text } = filter;
  const conditions: Condition[] = [];
  if (since !== undefined) conditions.push({ sql: 'd.at >= ?', values: [since] });
  if (until !== undefined) conditions.push({ sql: 'd.at <= ?', values: [until] });
  if (cause !== undefined) conditions.push(causeCondition(cause));
  if (container !== undefined) conditions.push(containerCondition(container));
  if (image !== undefined) conditions.push({ sql: 'd.image = ?', values: [image] });
  if (exitCode !== undefined) conditions.push({ sql: 'd.exit_code = ?', values: [exitCode] });
  if (text !== undefined) conditions.push(textCondition(text));
  return [...conditions, ...Object.entries(labels ?? {}).map(labelCondition)];
}

function causeCondition(cause: string): Condition {
  return { sql: isCauseId(cause) ? 'd.cause = ?' : 'd.family = ?', values: [cause] };
}

function containerCondition(container: string): Condition {
  const byName: Condition = { sql: 'd.container_name = ?', values: [container] };
  if (!ID_PREFIX.test(container)) return byName;
  const byId = containerIdCondition(container);
  return { sql: `(${byName.sql} OR (${byId.sql}))`, values: [...byName.values, ...byId.values] };
}

export function labelCondition([key, value]: readonly [string, string]): Condition {
  return { sql: 'd.sequence IN (SELECT sequence FROM labels WHERE key = ? AND value = ?)', values: [key, value] };
}

function textCondition(text: string): Condition {
  const pattern = likeContaining(text);
  const columns = ['d.container_name', 'd.image', 'd.headline'];
  return {
    sql: `(${columns.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`,
    values: columns.map(() => pattern),
  };
}
