import { MIB, dockerMemory, formatBytes } from '../domain/bytes.ts';
import type { Advice } from '../domain/death.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { VitalsSample } from '../domain/vitals.ts';
import type { Facts } from './facts.ts';

/** Head room that a first guess at a better limit should have. */
const HEAD_ROOM = 1.5;
/** Growth below this is noise, not a leak or a load. Bytes per second. */
const MIN_GROWTH = MIB / 4;

/** What to do about a container that needs more than its limit, with numbers from its own history. */
export function memoryAdvice(facts: Facts, limitBytes: number | undefined): Advice[] {
  const advice: Advice[] = [];
  const growth = growthPerSecond(facts.vitals);
  if (limitBytes !== undefined) {
    const suggested = Math.ceil((limitBytes * HEAD_ROOM) / MIB) * MIB;
    const value = dockerMemory(suggested);
    advice.push({
      text: `If the program needs more than ${formatBytes(limitBytes)}, raise the limit; ${formatBytes(suggested)} is half as much again.`,
      command: `docker run --memory ${value} …`,
    });
  }
  if (growth !== undefined && growth >= MIN_GROWTH) {
    advice.push({
      text: `Its memory grew by about ${formatBytes(growth)} a second up to the end. If it grows for ever, a higher limit only delays this: look for the leak first.`,
    });
  } else {
    advice.push({
      text: 'If the program should fit, cap its own memory below the limit (for example --max-old-space-size, -XX:MaxRAMPercentage, GOMEMLIMIT), so that it fails with a message of its own instead of being killed.',
    });
  }
  return advice;
}

/** Bytes per second between the first and the last sample; `undefined` under two seconds of history. */
export function growthPerSecond(samples: readonly VitalsSample[]): number | undefined {
  const known = samples.filter(({ memoryBytes }) => memoryBytes !== undefined);
  const first = known[0];
  const last = known.at(-1);
  if (first?.memoryBytes === undefined || last?.memoryBytes === undefined) return undefined;
  const seconds = (last.at - first.at) / US_PER_SECOND;
  return seconds < 2 ? undefined : (last.memoryBytes - first.memoryBytes) / seconds;
}
