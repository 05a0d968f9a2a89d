import { displayText } from '../../domain/display.ts';
import { MAX_EXIT_CODE, signalOfExitCode } from '../../domain/exit-codes.ts';
import type { ExitCodeKnowledge } from '../../domain/exit-codes.ts';
import { explainStatus, isStatus } from '../../domain/foreign-status.ts';
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
    'Numbers that no Linux program can end with are explained as well: -9, 34304, and those of Windows such as 3221225477.',
  ],
  positional: { name: 'exit code | signal', required: true },
  flags: {
    program: {
      type: 'string',
      value: '<name>',
      help: 'Say first what this program means by it: curl, git, java.',
    },
  },
  examples: ['inquest code 137', 'inquest code 22 --program curl', 'inquest code SIGTERM', 'inquest code 0x8b --json'],
  run: ({ io, argument, flags, json, look }) => {
    const knowledge = explainStatus(parseCode(argument), flags.text('program'));
    writeLines(io.stdout, json ? [JSON.stringify(codeReport(knowledge))] : renderCode(knowledge, look));
    return Promise.resolve(Exit.Ok);
  },
});

export function codeReport(knowledge: ExitCodeKnowledge): CodeReport {
  const signal = signalOfExitCode(knowledge.code);
  return { ...knowledge, signal: signal === undefined ? null : signalName(signal) };
}

/** Also what is only called an exit code, up to 32 bits. Throws bad-usage. */
export function parseCode(text: string): number {
  if (/^(?:-?\d{1,10}|0x[\da-f]{1,8})$/i.test(text)) {
    const code = Number(text);
    if (isStatus(code)) return code;
  } else {
    const signal = parseSignal(text);
    if (signal !== undefined && !/^\s*\d/.test(text)) return SIGNAL_BASE + signal;
  }
  throw usage(
    `“${displayText(text, 40)}” is neither an exit code nor a signal.`,
    `Write a number from 0 to ${String(MAX_EXIT_CODE)}, such as 137 or 0x89, or a name such as SIGKILL.`,
  );
}
