/**
 * What a recognised line is evidence of. Everything but `error` may refine the cause of an end that the kernel saw as
 * the program's own; none of it turns a kill into something else.
 */
export type LogMeaning =
  /** The program, or its language runtime, could not get memory. */
  | 'memory'
  /** A file system was full. */
  | 'disk'
  /** The kernel refused another process or thread. */
  | 'processes'
  /** A shell found no such command. */
  | 'not-found'
  /** A shell could not execute the command. */
  | 'not-executable'
  /** The loader could not put the program together. */
  | 'library'
  /** None of these: it says why, and no more. */
  | 'error';

/**
 * One way in which programs say why they end. A pattern takes steps in proportion to the length of a line, whatever
 * stands in it: every repetition is bounded (a test holds them to that), and so is the part of a line that is looked at.
 */
export interface LogPattern {
  /** Unique; names the row in tests. */
  readonly id: string;
  /** Who speaks; absent where every program may say it. */
  readonly runtime?: string;
  readonly means: LogMeaning;
  /** Matches the line that matters. A group `what` is what was missing: a command, a library, an address. */
  readonly pattern: RegExp;
  /** The next line belongs to it when it matches this, and is quoted with it. */
  readonly continues?: RegExp;
  /** One of the few lines before must match. */
  readonly follows?: RegExp;
  /** One of the few lines after must match. */
  readonly precedes?: RegExp;
  /** Only a container that ran such a program can mean it. */
  readonly program?: RegExp;
  /** Said of something that was said before: counts only where nothing else is recognised. */
  readonly isConsequence?: true;
  /** For `memory`: what ran out, after the name of the runtime. */
  readonly ranOut?: string;
  /** One or two sentences for somebody who does not know the runtime. */
  readonly says: string;
  readonly advice: string;
  /** `{heap}` stands for three quarters of the container's memory limit in MiB. */
  readonly command?: string;
  readonly example: Example;
}

export interface Example {
  readonly lines: readonly string[];
  /** What is quoted of it. */
  readonly quote: string;
  /** `file:line`, where the lines name a place. */
  readonly place?: string;
  /** Programs that ran. */
  readonly programs?: readonly string[];
}
