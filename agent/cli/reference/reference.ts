import { CAUSES } from '../../domain/causes.ts';
import { DEFAULT_SETTINGS, SETTINGS_FILE } from '../../domain/settings.ts';
import type { Settings } from '../../domain/settings.ts';
import { allFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { EXIT_MEANINGS } from '../exit.ts';
import { COMMANDS } from '../registry.ts';
import { flagUsage, usageLine } from '../render/help.ts';
import { codeReportSchema, deathReportSchema, doctorReportSchema, errorReportSchema } from '../schemas.ts';
import { FIELDS } from '../settings/fields.ts';
import { table } from './markdown.ts';
import { schemaTables } from './schema-tables.ts';

export const REFERENCE_BEGIN = '<!-- reference:begin -->';
export const REFERENCE_END = '<!-- reference:end -->';

const WITHOUT_JSON = new Intl.ListFormat('en').format(
  COMMANDS.filter(({ json }) => json === false).map(({ name }) => `\`${name}\``),
);

/** The README's reference section, made from the same tables as parsing, help and checks. */
export function renderReference(): string {
  return [
    // Tables are written once, by this; a formatter must not pad them.
    '<!-- prettier-ignore-start -->',
    '',
    '### Commands',
    '',
    ...table(
      ['command', ''],
      COMMANDS.map((command) => [`\`${usageLine(command)}\``, command.summary]),
    ),
    '',
    `Every command takes \`--socket <path>\`, \`--no-color\` and \`--help\`, and all but ${WITHOUT_JSON} take \`--json\`.`,
    ...COMMANDS.flatMap(renderCommand),
    '',
    '### Exit codes',
    '',
    ...table(
      ['code', 'means'],
      EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning]),
    ),
    '',
    '### Settings of the agent',
    '',
    `From \`${SETTINGS_FILE}\` (one JSON object), then the environment, then flags; the later wins.`,
    '',
    ...renderSettings(),
    '',
    '### Causes',
    '',
    ...table(
      ['cause', 'means'],
      Object.entries(CAUSES).map(([id, meaning]) => [`\`${id}\``, meaning]),
    ),
    '',
    '### JSON',
    '',
    '`explain --json` prints one report, `deaths --json` and `watch --json` one a line. A name with `?` may be left out; every other field is always there.',
    '',
    ...schemaTables('Report', deathReportSchema),
    '',
    ...schemaTables('`code --json`', codeReportSchema),
    '',
    ...schemaTables('`doctor --json`', doctorReportSchema),
    '',
    ...schemaTables('Errors, on standard error', errorReportSchema),
    '',
    '<!-- prettier-ignore-end -->',
  ].join('\n');
}

const COMMON = new Set(['socket', 'json', 'no-color', 'help']);

function renderCommand(command: Command): readonly string[] {
  const own = Object.entries(allFlags(command)).filter(([name]) => !COMMON.has(name));
  return [
    '',
    `#### \`inquest ${command.name}\``,
    '',
    ...command.description,
    ...(own.length === 0
      ? []
      : [
          '',
          ...table(
            ['flag', ''],
            own.map(([name, flag]) => [`\`${flagUsage(name, flag)}\``, flag.help]),
          ),
        ]),
    '',
    '```sh',
    ...command.examples,
    '```',
  ];
}

function isSetting(key: string): key is keyof Settings {
  return Object.hasOwn(DEFAULT_SETTINGS, key);
}

function renderSettings(): readonly string[] {
  const rows = Object.entries(FIELDS).map(([key, { variable, help }]) => [
    `\`${key}\``,
    `\`${variable}\``,
    isSetting(key) && DEFAULT_SETTINGS[key] !== '' ? `\`${String(DEFAULT_SETTINGS[key])}\`` : '',
    help,
  ]);
  return table(['setting', 'variable', 'default', ''], rows);
}

/** The text with what stands between the markers replaced. Throws when a marker is missing. */
export function withReference(readme: string, reference = renderReference()): string {
  const begin = readme.indexOf(REFERENCE_BEGIN);
  const end = readme.indexOf(REFERENCE_END);
  if (begin === -1 || end < begin) throw new Error(`the text lacks ${REFERENCE_BEGIN} … ${REFERENCE_END}`);
  return `${readme.slice(0, begin + REFERENCE_BEGIN.length)}\n\n${reference}\n\n${readme.slice(end)}`;
}
