import type { Command } from './command.ts';
import { agentCommand } from './commands/agent.ts';
import { codeCommand } from './commands/code.ts';
import { deathsCommand } from './commands/deaths.ts';
import { dialStdioCommand } from './commands/dial-stdio.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { installCommand } from './commands/install.ts';
import { lspCommand } from './commands/lsp.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { watchCommand } from './commands/watch.ts';

/** In the order in which help lists them: what a person in a hurry needs first. */
export const COMMANDS: readonly Command[] = [
  explainCommand,
  deathsCommand,
  watchCommand,
  codeCommand,
  doctorCommand,
  agentCommand,
  installCommand,
  uninstallCommand,
  dialStdioCommand,
  lspCommand,
];

export function findCommand(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}
