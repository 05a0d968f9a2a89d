import { REDACTED, redactText } from './redact-text.ts';
import { isSecretName } from './secret-names.ts';

export interface RedactedArgv {
  readonly argv: readonly string[];
  readonly count: number;
}

type Place = 'attached' | 'next' | 'after-colon';

/** Short options that carry a secret in these programs only. `after-colon`: the next argument is `user:password`. */
const SHORT_OPTIONS: readonly (readonly [program: RegExp, option: string, place: Place])[] = [
  [/^(?:mysql|mariadb)[a-z_-]{0,16}$/, '-p', 'attached'],
  [/^sshpass$/, '-p', 'attached'],
  [/^sshpass$/, '-p', 'next'],
  [/^redis-cli$/, '-a', 'next'],
  [/^mongo(?:sh|dump|restore)?$/, '-p', 'next'],
  [/^(?:docker|podman|nerdctl|skopeo|buildah)$/, '-p', 'next'],
  [/^curl$/, '-u', 'after-colon'],
  [/^curl$/, '--user', 'after-colon'],
  [/^curl$/, '--proxy-user', 'after-colon'],
  [/^https?$/, '-a', 'after-colon'],
];
/** `docker run -p 80:80` publishes a port; only `login` takes a password there. */
const LOGIN_PROGRAMS = /^(?:docker|podman|nerdctl|skopeo|buildah)$/;
const SHELLS = /^(?:ba|da|a|z|k)?sh$/;

/** Takes secrets out of a command line: by the flag before a value, by its program's options, by what it looks like. */
export function redactArgv(argv: readonly string[]): RedactedArgv {
  const program = baseName(argv[0] ?? '');
  const isShell = SHELLS.test(program);
  const out: string[] = [];
  let count = 0;
  for (const [index, argument] of argv.entries()) {
    const previous = index === 0 ? undefined : argv[index - 1];
    const hidden = redactByPlace(argument, previous, argv, program);
    const next =
      hidden ?? (isShell && previous?.startsWith('-') === true ? redactScript(argument) : redactText(argument));
    out.push(next.text);
    count += next.count;
  }
  return { argv: out, count };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function redactByPlace(argument: string, previous: string | undefined, argv: readonly string[], program: string) {
  if (previous !== undefined && isFlag(previous) && !argument.startsWith('--') && isSecretName(previous)) {
    return argument === '' ? undefined : { text: REDACTED, count: 1 };
  }
  if (LOGIN_PROGRAMS.test(program) && !argv.includes('login')) return undefined;
  for (const [pattern, option, place] of SHORT_OPTIONS) {
    if (!pattern.test(program)) continue;
    const text = redactOption(argument, previous, option, place);
    if (text !== undefined) return { text, count: 1 };
  }
  return undefined;
}

function isFlag(argument: string): boolean {
  return argument.startsWith('-') && !argument.includes('=');
}

function redactOption(
  argument: string,
  previous: string | undefined,
  option: string,
  place: Place,
): string | undefined {
  if (place === 'attached') {
    return argument.startsWith(option) && argument.length > option.length ? `${option}${REDACTED}` : undefined;
  }
  if (previous !== option) return undefined;
  if (place === 'next') return REDACTED;
  const colon = argument.indexOf(':');
  return colon < 0 ? undefined : `${argument.slice(0, colon + 1)}${REDACTED}`;
}

const SEPARATOR = /([\s;|&()]+)/;

/** A command line inside an argument (`sh -c '…'`): each command by its own program's options. */
function redactScript(script: string): { text: string; count: number } {
  const { text, count } = redactText(script);
  const parts = text.split(SEPARATOR);
  let total = count;
  let command: string[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const word = parts[index] ?? '';
    const endsCommand = index > 0 && /[;|&()]/.test(parts[index - 1] ?? '');
    if (endsCommand) command = [];
    const hidden =
      command.length === 0 ? undefined : redactByPlace(word, command.at(-1), command, baseName(command[0] ?? ''));
    command.push(word);
    if (hidden === undefined || word.includes(REDACTED)) continue;
    parts[index] = hidden.text;
    total += hidden.count;
  }
  return { text: parts.join(''), count: total };
}
