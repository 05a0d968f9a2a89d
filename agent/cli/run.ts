import { displayText } from '../domain/display.ts';
import { InquestError } from '../domain/errors.ts';
import { usage } from './command.ts';
import type { Command } from './command.ts';
import { Exit } from './exit.ts';
import { lookOf, writeLines } from './io.ts';
import type { Io } from './io.ts';
import { actionable } from './link.ts';
import { COMMANDS, findCommand } from './registry.ts';
import { renderError, toErrorReport } from './render/error.ts';
import { renderCommandHelp, renderOverview } from './render/help.ts';
import { didYouMean } from './suggest.ts';
import { version } from './version.ts';

/** Runs one command line, without the program's name. Never rejects: whatever fails is told on standard error. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (thrown) {
    const error = actionable(thrown);
    const lines = args.includes('--json')
      ? [JSON.stringify(toErrorReport(error))]
      : renderError(error, lookOf(io, io.stderr, args.includes('--no-color')));
    writeLines(io.stderr, lines);
    return exitOf(error);
  }
}

async function dispatch([name, ...rest]: readonly string[], io: Io): Promise<number> {
  const noColor = rest.includes('--no-color');
  switch (name) {
    case undefined:
    case '--help':
    case '-h':
      return help(undefined, io, noColor);
    case 'help':
      return help(
        rest.find((arg) => !arg.startsWith('-')),
        io,
        noColor,
      );
    case '--version':
    case '-V':
    case 'version':
      writeLines(io.stdout, [`inquest ${await version()}`]);
      return Exit.Ok;
    default: {
      const command = known(name);
      return asksForHelp(rest) ? help(name, io, noColor) : await command.execute(rest, io);
    }
  }
}

/** After `--` everything is an argument, also `--help`. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  return flags.includes('--help') || flags.includes('-h');
}

function help(name: string | undefined, io: Io, noColor: boolean): number {
  const look = lookOf(io, io.stdout, noColor);
  writeLines(io.stdout, name === undefined ? renderOverview(COMMANDS, look) : renderCommandHelp(known(name), look));
  return Exit.Ok;
}

function known(name: string): Command {
  const command = findCommand(name);
  if (command !== undefined) return command;
  const shown = displayText(name, 60);
  if (name.startsWith('-'))
    throw usage(`“${shown}” stands before any command.`, 'Write the command first: inquest deaths --since 2h');
  const names = [...COMMANDS.map((one) => one.name), 'help'];
  throw usage(`There is no command “${shown}”.`, didYouMean(name, names, 'inquest help lists the commands.'));
}

function exitOf(error: unknown): number {
  if (!(error instanceof InquestError)) return Exit.Error;
  if (error.reason === 'bad-usage') return Exit.Usage;
  return error.reason === 'not-found' ? Exit.NoSuchDeath : Exit.Error;
}
