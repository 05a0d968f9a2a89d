import { globSync } from 'node:fs';
import { basename } from 'node:path';
import type { Scenario } from './scenario.ts';

/** A scenario with the name of its file, without the extension. */
export interface NamedScenario {
  readonly name: string;
  readonly scenario: Scenario;
}

/**
 * All scenarios, in the order of their files.
 * @param processor where they die: what is expected there in place of what others expect is taken over
 */
export async function loadScenarios(processor: string = process.arch): Promise<readonly NamedScenario[]> {
  const files = globSync('deaths/*.ts', { cwd: import.meta.dirname }).sort();
  const all = await Promise.all(files.map(load));
  if (processor !== 'arm64') return all;
  return all.map(({ name, scenario }) => ({
    name,
    scenario: { ...scenario, expect: { ...scenario.expect, ...scenario.onArm } },
  }));
}

async function load(file: string): Promise<NamedScenario> {
  const loaded: unknown = await import(`./${file.replaceAll('\\', '/')}`);
  if (typeof loaded !== 'object' || loaded === null || !('scenario' in loaded) || !isScenario(loaded.scenario)) {
    throw new Error(`${file} exports no scenario`);
  }
  return { name: basename(file, '.ts'), scenario: loaded.scenario };
}

/** The compiler has checked the rest: each file declares its scenario as one. */
function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && 'number' in value && 'expect' in value;
}
