/** Exit codes of the `inquest` command. Scripts rely on them: add, never change. */
export const Exit = {
  Ok: 0,
  Error: 1,
  Usage: 2,
  NoSuchDeath: 3,
  /** 128 + SIGINT, as a shell reports a command that Ctrl-C ended. */
  Interrupted: 130,
} as const;

export type ExitNumber = (typeof Exit)[keyof typeof Exit];

export const EXIT_MEANINGS: readonly (readonly [ExitNumber, string])[] = [
  [Exit.Ok, 'Found, or done.'],
  [
    Exit.Error,
    'It failed: the agent does not answer, a file is wrong. `doctor`: something keeps Inquest from working.',
  ],
  [Exit.Usage, 'Wrong use of the command: an unknown flag, a missing or ambiguous argument.'],
  [Exit.NoSuchDeath, '`explain`: no such death.'],
  [Exit.Interrupted, '`watch`: ended with Ctrl-C.'],
];
