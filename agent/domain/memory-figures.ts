import { causeFamily } from './causes.ts';
import type { Death } from './death.ts';
import { decidingLevel } from './memory-level.ts';

export interface MemoryFigures {
  readonly peakBytes: number;
  readonly limitBytes: number | undefined;
  /** Name of the cgroup whose limit it is, where that is not the container's own. */
  readonly level: string | undefined;
}

/** The figures nearest to the death: the out-of-memory kill's own, the main process's exit, the last samples. */
export function memoryFigures(death: Death): MemoryFigures | undefined {
  for (const { data } of death.evidence) {
    if (data.kind !== 'oom_kill') continue;
    const level = decidingLevel(data.levels, death.container) ?? data.levels.find(({ isContainer }) => isContainer);
    if (level === undefined) continue;
    return {
      peakBytes: Math.max(level.usageBytes, level.peakBytes ?? 0),
      limitBytes: level.limitBytes,
      level: level.isContainer ? undefined : level.name,
    };
  }
  for (const { data } of death.evidence) {
    if (data.kind !== 'process_exit' || !data.isMain || data.memory === undefined) continue;
    const { usageBytes, peakBytes, limitBytes } = data.memory;
    return { peakBytes: Math.max(usageBytes, peakBytes ?? 0), limitBytes, level: undefined };
  }
  const sampled = death.vitals.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  if (sampled.length === 0) return undefined;
  return { peakBytes: Math.max(...sampled), limitBytes: death.vitals.at(-1)?.memoryLimitBytes, level: undefined };
}

/** The share of its limit from which memory is worth a look whatever the cause. */
export const NEAR_LIMIT = 0.8;

/** Peak as a share of the limit, 0 to 1 and above; `undefined` without a limit. */
export function memoryShare({ peakBytes, limitBytes }: MemoryFigures): number | undefined {
  return limitBytes === undefined || limitBytes === 0 ? undefined : peakBytes / limitBytes;
}

/** Whether memory had, or may have had, a part in the death. */
export function memoryMatters(death: Death, figures: MemoryFigures): boolean {
  return causeFamily(death.verdict.cause) === 'oom' || (memoryShare(figures) ?? 0) >= NEAR_LIMIT;
}
