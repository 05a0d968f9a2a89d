import type { Command, Flag, Flags } from '../command.ts';
import { allFlags } from '../command.ts';
import { wrap } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { proseWidth, tint, toCharset } from '../text/look.ts';

const INDENT = '  ';
const FLAG_CELLS = 24;

export function usageLine(command: Pick<Command, 'name' | 'positional'>): string {
  const { positional } = command;
  if (positional === undefined) return `inquest ${command.name} [flags]`;
  const shown = positional.required ? `<${positional.name}>` : `[${positional.name}]`;
  return `inquest ${command.name} ${shown} [flags]`;
}

export function flagUsage(name: string, flag: Flag): string {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const value = flag.value === undefined ? '' : ` ${flag.value}`;
  return `${short}--${name}${value}`;
}

/** `inquest help`: what it is for, every command in a line, how to go on. */
export function renderOverview(commands: readonly Command[], look: Look): readonly string[] {
  const cells = Math.max(...commands.map(({ name }) => name.length));
  return [
    tint(look, 'strong', 'inquest: why did my container die?'),
    '',
    'Usage: inquest <command> [flags]',
    '',
    ...commands.map(
      ({ name, summary }) => `${INDENT}${tint(look, 'accent', name.padEnd(cells))}  ${toCharset(look, summary)}`,
    ),
    '',
    'inquest <command> --help explains a command. inquest --version prints the version.',
    'Start with: inquest doctor',
  ];
}

export function renderCommandHelp(command: Command, look: Look): readonly string[] {
  return [
    tint(look, 'strong', toCharset(look, command.summary)),
    '',
    `Usage: ${usageLine(command)}`,
    ...command.description.flatMap((text) => ['', ...wrap(toCharset(look, text), proseWidth(look))]),
    '',
    'Flags:',
    ...renderFlags(allFlags(command), look),
    ...(command.examples.length === 0 ? [] : ['', 'Examples:', ...command.examples.map((line) => `${INDENT}${line}`)]),
  ];
}

function renderFlags(flags: Flags, look: Look): readonly string[] {
  const room = proseWidth(look) - INDENT.length - FLAG_CELLS - 2;
  return Object.entries(flags).flatMap(([name, flag]) => {
    const lines = wrap(toCharset(look, flag.help), room);
    const shown = flagUsage(name, flag);
    const head = `${INDENT}${tint(look, 'accent', shown.padEnd(FLAG_CELLS))}  `;
    const margin = ' '.repeat(INDENT.length + FLAG_CELLS + 2);
    if (shown.length > FLAG_CELLS)
      return [`${INDENT}${tint(look, 'accent', shown)}`, ...lines.map((line) => margin + line)];
    return lines.map((line, index) => (index === 0 ? head : margin) + line);
  });
}
