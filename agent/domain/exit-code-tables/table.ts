/**
 * One convention: the codes it gives a meaning to. Data only. A number is never proof: every text says what the code
 * *can* mean, and `source` is a document or manual page that can be looked up.
 */
export interface ExitCodeTable {
  /** Who must have set the code for the meaning to hold: a program, a runtime, a convention. */
  readonly context: string;
  readonly source: string;
  /** Names of the executables that the table is about. */
  readonly programs?: readonly string[];
  /** The programs run somebody else's code, which chooses exit codes of its own. */
  readonly isInterpreter?: boolean;
  readonly codes: Readonly<Record<number, string>>;
}
