import { parseArgs } from 'node:util';
import { displayText } from '../domain/display.ts';
import { InquestError } from '../domain/errors.ts';
import { DEFAULT_SETTINGS } from '../domain/settings.ts';
import type { Io } from './io.ts';
import { lookOf } from './io.ts';
import { didYouMean } from './suggest.ts';
import type { Look } from './text/look.ts';

/** One flag, as data: parsing, help and the reference are made from it. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** What stands for the value in help: `<time>`. */
  readonly value?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export interface Positional {
  readonly name: string;
  readonly required: boolean;
}

/** What a command needs to know about how it was called. */
export interface Call<F extends Flags> {
  readonly io: Io;
  readonly flags: Reader<F>;
  /** The one positional argument, where the command takes one. */
  readonly argument: string;
  readonly socket: string;
  /** The socket only where the flag names one: the agent has its own order of sources. */
  readonly explicitSocket: string | undefined;
  readonly json: boolean;
  readonly look: Look;
}

export interface CommandSpec<F extends Flags> {
  readonly name: string;
  readonly summary: string;
  readonly description: readonly string[];
  readonly positional?: Positional;
  readonly flags: F;
  readonly examples: readonly string[];
  /** False for a command that has nothing to print as JSON. */
  readonly json?: boolean;
  readonly run: (call: Call<F>) => Promise<number>;
}

/** A command whose flag types are settled inside. */
export interface Command extends Omit<CommandSpec<Flags>, 'run'> {
  /** Rejects with an InquestError; resolves to the exit code. */
  execute(args: readonly string[], io: Io): Promise<number>;
}

export const SOCKET_FLAG: Flag = {
  type: 'string',
  value: '<path>',
  help: `Socket of the agent. Default: $INQUEST_SOCKET, else ${DEFAULT_SETTINGS.socket}`,
};
const JSON_FLAG: Flag = { type: 'boolean', help: 'Print JSON for other programs.' };
const NO_COLOR_FLAG: Flag = { type: 'boolean', help: 'Print without colours, as NO_COLOR=1 does.' };
export const HELP_FLAG: Flag = { type: 'boolean', short: 'h', help: 'Explain this command.' };

/** The command's own flags and those that every command has. */
export function allFlags(command: Pick<Command, 'flags' | 'json'>): Flags {
  return {
    ...command.flags,
    socket: SOCKET_FLAG,
    ...(command.json === false ? {} : { json: JSON_FLAG }),
    'no-color': NO_COLOR_FLAG,
    help: HELP_FLAG,
  };
}

/** Values of flags by name and type. */
export interface Reader<F extends Flags> {
  readonly text: (name: keyof F & string) => string | undefined;
  readonly texts: (name: keyof F & string) => readonly string[];
  readonly has: (name: keyof F & string) => boolean;
}

export function defineCommand<const F extends Flags>(spec: CommandSpec<F>): Command {
  const { run, ...about } = spec;
  return {
    ...about,
    execute: async (args, io) => {
      const { values, positionals } = parse(about, args);
      const common = readerOf<Flags>(values);
      return await run({
        io,
        flags: readerOf(values),
        argument: positionals[0] ?? '',
        socket: common.text('socket') ?? socketOf(io),
        explicitSocket: common.text('socket'),
        json: common.has('json'),
        look: lookOf(io, io.stdout, common.has('no-color')),
      });
    },
  };
}

function socketOf(io: Io): string {
  const fromEnvironment = io.env['INQUEST_SOCKET'];
  return fromEnvironment === undefined || fromEnvironment === '' ? DEFAULT_SETTINGS.socket : fromEnvironment;
}

type RawValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function readerOf<F extends Flags>(values: RawValues): Reader<F> {
  const texts = (name: keyof F & string): readonly string[] => {
    const value = values[name];
    return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  };
  return { text: (name) => texts(name).at(-1), texts, has: (name) => values[name] === true };
}

type Shape = Pick<Command, 'name' | 'flags' | 'json' | 'positional'>;

function parse(command: Shape, args: readonly string[]): { values: RawValues; positionals: readonly string[] } {
  const flags = allFlags(command);
  const { tokens, values, positionals } = parseArgs({
    args: withNumbersLast(flags, args),
    options: { ...flags },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option') checkOption(command.name, flags, token);
  }
  checkPositionals(command, positionals);
  return { values, positionals };
}

/** A negative number is an argument and no flag: `code -9`. */
function withNumbersLast(flags: Flags, args: readonly string[]): string[] {
  const isNumber = (arg: string, index: number): boolean => /^-\d+$/.test(arg) && !takesNext(flags, args[index - 1]);
  const numbers = args.filter(isNumber);
  if (numbers.length === 0 || args.includes('--')) return [...args];
  return [...args.filter((arg, index) => !isNumber(arg, index)), '--', ...numbers];
}

function takesNext(flags: Flags, previous: string | undefined): boolean {
  const name = previous?.startsWith('--') === true ? previous.slice(2) : '';
  return Object.hasOwn(flags, name) && flags[name]?.type === 'string';
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkOption(command: string, flags: Flags, { name, rawName, value, inlineValue }: OptionToken): void {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag === undefined) {
    const known = Object.keys(flags).map((one) => `--${one}`);
    throw usage(
      `inquest ${command} has no flag ${displayText(rawName, 60)}.`,
      didYouMean(rawName, known, `inquest ${command} --help lists the flags.`),
    );
  }
  if (flag.type === 'boolean' && inlineValue === true)
    throw usage(`${rawName} takes no value.`, `Write ${rawName} alone.`);
  if (flag.type === 'string' && (value === undefined || (inlineValue !== true && value.startsWith('--')))) {
    throw usage(`${rawName} needs a value.`, `Write ${rawName} ${flag.value ?? '<value>'}.`);
  }
}

function checkPositionals({ name, positional }: Shape, given: readonly string[]): void {
  const most = positional === undefined ? 0 : 1;
  const extra = given[most];
  if (extra !== undefined) {
    throw usage(
      `inquest ${name} does not take “${displayText(extra, 60)}”.`,
      positional === undefined ? `inquest ${name} --help shows how to use it.` : `It takes one ${positional.name}.`,
    );
  }
  if (positional?.required === true && (given[0] ?? '') === '') {
    throw usage(`inquest ${name} needs a ${positional.name}.`, `inquest ${name} --help shows examples.`);
  }
}

export function usage(message: string, next: string): InquestError {
  return new InquestError('bad-usage', message, { next });
}
