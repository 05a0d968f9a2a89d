import type { Settings } from '../domain/settings.ts';
import { displayText } from '../domain/display.ts';

export type Level = Settings['logLevel'];

const ORDER: readonly Level[] = ['error', 'warn', 'info', 'debug'];
/** sd-daemon(3): journald reads the priority from the line's head. */
const PRIORITY: Readonly<Record<Level, string>> = { error: '<3>', warn: '<4>', info: '<6>', debug: '<7>' };

/** The agent's own log: one line an entry on standard error, with priorities when journald reads it. */
export class Log {
  readonly #level: Level;
  readonly #write: (line: string) => void;
  readonly #journal: boolean;

  constructor(level: Level, write: (line: string) => void, journal: boolean) {
    this.#level = level;
    this.#write = write;
    this.#journal = journal;
  }

  error(message: string): void {
    this.#put('error', message);
  }

  warn(message: string): void {
    this.#put('warn', message);
  }

  info(message: string): void {
    this.#put('info', message);
  }

  debug(message: string): void {
    this.#put('debug', message);
  }

  #put(level: Level, message: string): void {
    if (ORDER.indexOf(level) > ORDER.indexOf(this.#level)) return;
    const head = this.#journal ? PRIORITY[level] : `${level}: `;
    this.#write(`${head}${displayText(message)}\n`);
  }
}
