import { formatBytes } from '../domain/bytes.ts';
import { displayText } from '../domain/display.ts';
import type { BigProcess } from '../domain/memory-processes.ts';
import { biggestProcesses } from '../domain/memory-processes.ts';
import type { Facts, Subject } from './facts.ts';
import { memoryHistory } from './facts.ts';
import { command, containerName, plural } from './words.ts';

/** So much bigger than the victim that it is worth a word. */
const BIGGER = 1.25;
const NAMED = 4;
const NAME_LIMIT = 40;

/** The kernel does not always choose the biggest; many small ones may have filled the memory together. */
export function victimsSize(facts: Facts, victim: Subject): string | undefined {
  const all = biggestProcesses(memoryHistory(facts), facts.diedAt);
  const [biggest] = all;
  if (biggest === undefined || all.length < 2) return undefined;
  const chosen = all.find(({ pid }) => pid === victim.process.pid);
  const size = chosen?.rssBytes ?? 0;
  if (biggest.pid !== victim.process.pid && biggest.rssBytes >= size * BIGGER) {
    const its = chosen === undefined ? '' : ` (${formatBytes(size)})`;
    return `The process that was killed${its} was not the biggest: ${named(biggest)} used ${formatBytes(biggest.rssBytes)}. The kernel goes by size and by oom_score_adj, a setting of each process that protects some and offers others first: look at the big one.`;
  }
  return undefined;
}

/** Who else is there, under a limit that several containers share, or in the machine. */
export function biggestThere(facts: Facts, where: string): string | undefined {
  const all = biggestProcesses(memoryHistory(facts), facts.diedAt).slice(0, NAMED);
  if (all.length < 2) return undefined;
  const list = all.map((process) => `${named(process)} ${formatBytes(process.rssBytes)}${home(process, facts)}`);
  return `The ${plural(list.length, 'biggest process', 'biggest processes')} ${where}: ${list.join('; ')}.`;
}

function named({ process, name }: BigProcess): string {
  return process === undefined ? displayText(name, NAME_LIMIT) : command(process);
}

function home({ containerId }: BigProcess, { container }: Facts): string {
  if (containerId === undefined) return '';
  return containerId === container.id ? ' (this container)' : ` (container ${containerName(containerId)})`;
}
