import type { Findings } from '../domain/hover.ts';
import type { FindDeathsParams, FoundDeath } from '../domain/lsp-protocol.ts';
import type { Mention } from '../domain/mentions.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';

const SIGNAL_BASE = 128;
/** A line is written some time after the death, by a clock of its own. */
const SAME_MOMENT_US = 600 * US_PER_SECOND;

/**
 * What to ask about for a mention: ids, known names, codes and a time, nothing else of the line. `undefined` when
 * there is nothing to ask.
 *
 * @param line everything that the line says, the mention included
 */
export function wantedFor(
  mention: Mention,
  line: readonly Mention[],
  near: EpochUs | undefined,
): FindDeathsParams | undefined {
  const container = containerOf(mention, line);
  const exitCode = container === undefined ? ownCode(mention) : codeBeside(mention, line);
  if (container === undefined && exitCode === undefined) return undefined;
  return { ...container, ...(exitCode !== undefined && { exitCode }), ...(near !== undefined && { near }) };
}

function containerOf(mention: Mention, line: readonly Mention[]): FindDeathsParams | undefined {
  for (const one of [mention, ...nearestFirst(mention, line)]) {
    if (one.kind === 'container-id') return { containerIdPrefix: one.id };
    if (one.kind === 'container-name') return { name: one.name };
  }
  return undefined;
}

/** With a container the code only narrows down. A signal does not: programs handle it and end with a code of their own. */
function codeBeside(mention: Mention, line: readonly Mention[]): number | undefined {
  for (const one of [mention, ...nearestFirst(mention, line)]) if (one.kind === 'exit-code') return one.code;
  return undefined;
}

function ownCode(mention: Mention): number | undefined {
  if (mention.kind === 'exit-code') return mention.code;
  return mention.kind === 'signal' ? SIGNAL_BASE + mention.signal : undefined;
}

function nearestFirst(mention: Mention, line: readonly Mention[]): readonly Mention[] {
  const distance = (one: Mention): number => Math.abs(one.start - mention.start);
  return line.toSorted((a, b) => distance(a) - distance(b));
}

/** Says of deaths that were found what they are to the line. To call the wrong one its story would be a lie. */
export function weigh(deaths: readonly FoundDeath[], wanted: FindDeathsParams): Findings {
  const { near, exitCode } = wanted;
  const isOfContainer = wanted.containerIdPrefix !== undefined || wanted.name !== undefined;
  const atThatTime = near === undefined ? deaths : deaths.filter(({ at }) => Math.abs(at - near) <= SAME_MOMENT_US);
  if (!isOfContainer) return { by: 'code', code: exitCode ?? 0, deaths: atThatTime };
  const [one, ...others] = near === undefined ? deaths : nearest(atThatTime, near);
  if (one !== undefined && others.length === 0) return { by: 'one', deaths: [one] };
  return { by: 'container', deaths };
}

function nearest(deaths: readonly FoundDeath[], near: EpochUs): readonly FoundDeath[] {
  return deaths.toSorted((a, b) => Math.abs(a.at - near) - Math.abs(b.at - near)).slice(0, 1);
}
