import { displayText } from '../../domain/display.ts';
import { explainExitCode, MAX_EXIT_CODE, signalOfExitCode } from '../../domain/exit-codes.ts';
import type { ExitCodeKnowledge } from '../../domain/exit-codes.ts';
import { parseSignal, signalName } from '../../domain/signals.ts';
import { defineCommand, usage } from '../command.ts';
import { Exit } from '../exit.ts';
import { writeLines } from '../io.ts';
import { renderCode } from '../render/code.ts';

const SIGNAL_BASE = 128;

/** What `code --json` prints. */
export interface CodeReport extends ExitCodeKnowledge {
  /** The signal that a runtime or shell would report by this code; null where there is none. */
  readonly signal: string | null;
}

export const codeCommand = defineCommand({
  name: 'code',
  summary: 'Say what an exit code can mean, without an agent',
  description: [
    'Takes an exit code from 0 to 255, in decimal or as 0x89, or the name of a signal: SIGKILL is 137. A bare number is always an exit code.',
  ],
  positional: { name: 'exit code | signal', required: true },
  flags: {},
  examples: ['inquest code 137', 'inquest code SIGTERM', 'inquest code 0x8b --json'],
  run: ({ io, argument, json, look }) => {
    const knowledge = explainExitCode(parseCode(argument));
    writeLines(io.stdout, json ? [JSON.stringify(codeReport(knowledge))] : renderCode(knowledge, look));
    return Promise.resolve(Exit.Ok);
  },
});

export function codeReport(knowledge: ExitCodeKnowledge): CodeReport {
  const signal = signalOfExitCode(knowledge.code);
  return { ...knowledge, signal: signal === undefined ? null : signalName(signal) };
}

/** Throws bad-usage. */
export function parseCode(text: string): number {
  if (/^(?:\d{1,3}|0x[\da-f]{1,2})$/i.test(text)) {
    const code = Number(text);
    if (code <= MAX_EXIT_CODE) return code;
  } else {
    const signal = parseSignal(text);
    if (signal !== undefined && !/^\s*\d/.test(text)) return SIGNAL_BASE + signal;
  }
  throw usage(
    `“${displayText(text, 40)}” is neither an exit code nor a signal.`,
    `Write a number from 0 to ${String(MAX_EXIT_CODE)}, such as 137 or 0x89, or a name such as SIGKILL.`,
  );
}
