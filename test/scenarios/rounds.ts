/** Plays scenarios side by side and keeps what was said of each. */
import { messageOf } from '../../agent/domain/errors.ts';
import { matchOf, readInspected } from './inspect.ts';
import { judgePlayed } from './judge.ts';
import type { Lab } from './lab.ts';
import type { NamedScenario } from './load.ts';
import { play } from './play.ts';
import type { Played } from './play.ts';
import type { Row } from './table.ts';
import { sayVerdict } from './table.ts';

const AT_ONCE = 4;
const MS_PER_SECOND = 1_000;

export interface Round {
  readonly played: Played | undefined;
  readonly failure: string | undefined;
  readonly ms: number;
}

/** Writes down what the agent took in about the container of a scenario that was judged right. */
export type Keep = (one: NamedScenario, container: string) => Promise<void>;

async function playOnce(lab: Lab, one: NamedScenario, round: number, keep: Keep | undefined): Promise<Round> {
  const { name, scenario } = one;
  const begin = performance.now();
  let played: Played | undefined;
  try {
    played = await play(lab, scenario, `${name}-${String(round)}`);
    judgePlayed(scenario, played);
    await keep?.(one, played.container);
    return { played, failure: undefined, ms: performance.now() - begin };
  } catch (error) {
    return { played, failure: messageOf(error), ms: performance.now() - begin };
  }
}

export function rowOf({ scenario }: NamedScenario, rounds: readonly Round[]): Row {
  const shown = rounds.find(({ failure }) => failure !== undefined) ?? rounds[0];
  const report = shown?.played?.reports.at(-1);
  const inspect = shown?.played === undefined ? undefined : readInspected(shown.played.inspected);
  return {
    number: scenario.number,
    title: scenario.title,
    expected: scenario.expect.cause,
    said: report === undefined ? 'nothing' : sayVerdict(report.cause, report.certainty),
    right: rounds.filter(({ failure }) => failure === undefined).length,
    rounds: rounds.length,
    seconds: rounds.reduce((sum, { ms }) => sum + ms, 0) / rounds.length / MS_PER_SECOND,
    inspect,
    inspectIs: inspect === undefined ? undefined : matchOf(inspect, scenario.expect.cause),
  };
}

export async function playAll(
  lab: Lab,
  scenarios: readonly NamedScenario[],
  rounds: number,
  keep: Keep | undefined,
  onPlayed?: (one: NamedScenario, round: Round) => void,
): Promise<Map<string, Round[]>> {
  const results = new Map<string, Round[]>(scenarios.map(({ name }) => [name, []]));
  const take = async (work: Iterator<readonly [NamedScenario, number]>): Promise<void> => {
    for (let next = work.next(); next.done !== true; next = work.next()) {
      const [one, round] = next.value;
      const result = await playOnce(lab, one, round, keep);
      results.get(one.name)?.push(result);
      onPlayed?.(one, result);
      process.stderr.write(result.failure === undefined ? '.' : 'x');
    }
  };
  for (let round = 1; round <= rounds; round += 1) {
    const together = scenarios.filter(({ scenario }) => scenario.alone !== true).map((one) => [one, round] as const);
    const work = together.values();
    await Promise.all(Array.from({ length: AT_ONCE }, () => take(work)));
    await take(
      scenarios
        .filter(({ scenario }) => scenario.alone === true)
        .map((one) => [one, round] as const)
        .values(),
    );
  }
  process.stderr.write('\n');
  return results;
}
