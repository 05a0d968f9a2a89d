import { REDACTED, redactArgv, redactText } from '../../domain/redact.ts';

/** Bounds of what is taken over from a runtime about a container; everything of it is foreign text. */

const LABELS_MAX = 64;
const LABEL_LENGTH = 256;
const ARGUMENTS_MAX = 256;
const ARGUMENT_LENGTH = 4_096;
const NAMES_MAX = 256;
const CUT = '…';

export function given<K extends string, V>(key: K, value: V | undefined): Readonly<Partial<Record<K, V>>> {
  const out: Partial<Record<K, V>> = {};
  if (value !== undefined) out[key] = value;
  return out;
}

export function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

export function clip(text: string | undefined, length = LABEL_LENGTH): string | undefined {
  if (text === undefined || text === '') return undefined;
  return text.length > length ? `${text.slice(0, length - CUT.length)}${CUT}` : text;
}

/** At most LABELS_MAX, each key and value at most LABEL_LENGTH; what was cut ends in `…`. */
export function boundedLabels(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.slice(0, LABELS_MAX).map(([key, value]) => [clip(key) ?? '', clip(redactLabel(key, value)) ?? '']),
  );
}

const ASSIGNED = '=';

/** A label is redacted as the assignment it is, so that its name counts. */
function redactLabel(key: string, value: string): string {
  const head = `${key.slice(0, LABEL_LENGTH)}${ASSIGNED}`;
  const { text } = redactText(`${head}${value}`);
  return text.startsWith(head) ? text.slice(head.length) : REDACTED;
}

export function boundedArgv(argv: readonly string[] | undefined): readonly string[] | undefined {
  if (argv === undefined) return undefined;
  const bounded = argv.slice(0, ARGUMENTS_MAX).map((argument) => clip(argument, ARGUMENT_LENGTH) ?? '');
  return redactArgv(argv.length > ARGUMENTS_MAX ? [...bounded, CUT] : bounded).argv;
}

export function environmentNames(environment: readonly string[] | undefined): readonly string[] | undefined {
  if (environment === undefined) return undefined;
  // In order, so that two containers compare; cut after it, so that the same names stay.
  const names = new Set(environment.map((entry) => clip(entry.split('=', 1)[0]) ?? ''));
  return [...names].sort().slice(0, NAMES_MAX);
}
