import type * as z from 'zod';
import { displayText } from '../../domain/display.ts';
import { InquestError } from '../../domain/errors.ts';
import { DEFAULT_SETTINGS, SETTINGS_FILE } from '../../domain/settings.ts';
import type { Settings } from '../../domain/settings.ts';
import type { Environment } from '../io.ts';
import { didYouMean } from '../suggest.ts';
import { FIELDS, settingsSchema } from './fields.ts';
import { readSettingsFile } from './file.ts';

export interface Sources {
  /** A file that must exist; the usual one, which need not, when absent. */
  readonly file: string | undefined;
  readonly env: Environment;
  /** As typed; undefined where the flag was not given. */
  readonly flags: Readonly<Partial<Record<keyof Settings, string | undefined>>>;
}

/** Defaults, then the file, then the environment, then flags. Throws bad-settings, naming the source and the key. */
export async function loadSettings({ file, env, flags }: Sources): Promise<Settings> {
  const path = file ?? SETTINGS_FILE;
  const text = await readSettingsFile(path, file !== undefined);
  const variables = Object.fromEntries(
    Object.entries(FIELDS).map(([key, { variable }]) => [key, emptyAsAbsent(env[variable])]),
  );
  return {
    ...DEFAULT_SETTINGS,
    ...(text === undefined ? {} : checked(parseJson(text, path), path, (key) => `“${key}”`)),
    ...checked(fromText(variables), 'the environment', variableOf),
    ...checked(fromText(flags), 'the command line', flagOf),
  };
}

function emptyAsAbsent(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function isKey(key: string): key is keyof Settings {
  return Object.hasOwn(FIELDS, key);
}

function variableOf(key: string): string {
  return isKey(key) ? FIELDS[key].variable : key;
}

function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InquestError('bad-settings', `${path} is not valid JSON.`, {
      next: `Check it with: python3 -m json.tool ${path}`,
      cause: error,
    });
  }
}

/** Text as the type that the setting has; what does not fit stays text, for the schema to refuse. */
function fromText(texts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, unknown>> {
  const given = Object.entries(texts).filter(([, text]) => text !== undefined);
  return Object.fromEntries(given.map(([key, text]) => [key, isKey(key) ? typed(key, text ?? '') : text]));
}

function typed(key: keyof Settings, text: string): unknown {
  switch (typeof DEFAULT_SETTINGS[key]) {
    case 'number':
      return /^\d{1,15}$/.test(text) ? Number(text) : text;
    case 'boolean':
      if (text === 'true' || text === '1') return true;
      return text === 'false' || text === '0' ? false : text;
    default:
      return text;
  }
}

function checked(values: unknown, source: string, nameOf: (key: string) => string): Partial<Settings> {
  const result = settingsSchema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InquestError('bad-settings', `${source}: ${problemOf(issue, nameOf)}`, { next: adviceFor(issue) });
}

type Issue = z.core.$ZodIssue | undefined;

function problemOf(issue: Issue, nameOf: (key: string) => string): string {
  if (issue === undefined) return 'it cannot be used.';
  if (issue.code === 'unrecognized_keys') {
    return `it knows no setting ${issue.keys.map((key) => `“${displayText(key, 40)}”`).join(', ')}.`;
  }
  const [key] = issue.path;
  return key === undefined ? 'it must be one JSON object.' : `${nameOf(String(key))}: ${issue.message}.`;
}

function adviceFor(issue: Issue): string {
  const keys = Object.keys(FIELDS);
  if (issue?.code !== 'unrecognized_keys') return `The settings are ${keys.join(', ')}.`;
  const hints = issue.keys.map((key) => didYouMean(key, keys, `The settings are ${keys.join(', ')}.`));
  return [...new Set(hints)].join(' ');
}
