import type { Death } from './death.ts';
import { commandOf } from './death-words.ts';
import { displayText } from './display.ts';
import { memoryFigures } from './memory-figures.ts';
import type { MemoryFigures } from './memory-figures.ts';
import { memoryGrowth } from './memory-growth.ts';
import type { MemoryGrowth } from './memory-growth.ts';
import { memoryParts } from './memory-parts.ts';
import type { MemoryParts } from './memory-parts.ts';
import { biggestProcesses } from './memory-processes.ts';
import type { BigProcess } from './memory-processes.ts';
import { growthWords, partsWords } from './memory-words.ts';

/** Everything that is known of a container's memory at its end. */
export interface MemoryStory {
  readonly figures: MemoryFigures;
  readonly parts: MemoryParts | undefined;
  readonly growth: MemoryGrowth | undefined;
  readonly processes: readonly BigProcess[];
  /** How it grew and what it was made of, safe to show. */
  readonly sentences: readonly string[];
}

export function memoryStory(death: Death): MemoryStory | undefined {
  const figures = memoryFigures(death);
  if (figures === undefined) return undefined;
  const history = { containerId: death.container.id, evidence: death.evidence, vitals: death.vitals };
  const { limitBytes, level } = figures;
  const parts = memoryParts(history);
  // Of a group above, the curve and the limit are not of one another.
  const growth = level === undefined ? memoryGrowth(death.vitals, death.at, endBytes(death), limitBytes) : undefined;
  return {
    figures,
    parts,
    growth,
    processes: biggestProcesses(history, death.at),
    sentences: [growthWords(growth), parts === undefined ? '' : partsWords(parts)].filter((words) => words !== ''),
  };
}

/** What the out-of-memory killer counted: the curve ends there. */
function endBytes({ evidence }: Death): number | undefined {
  for (const { data } of evidence) {
    if (data.kind === 'oom_kill') return data.levels.find(({ isContainer }) => isContainer)?.usageBytes;
  }
  return undefined;
}

const NAME_LIMIT = 60;

/** `postgres -D /data`, safe to show; the kernel's name of the task where its start was not seen. */
export function bigProcessName({ process, name }: BigProcess, limit = NAME_LIMIT): string {
  return process === undefined ? displayText(name, limit) : commandOf(process, limit);
}
