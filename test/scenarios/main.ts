/**
 * Lets containers die in every way side by side and prints what was said of each, beside what `docker inspect` alone
 * would have said. N rounds each (environment N, default 1); arguments select scenarios by a part of their file name.
 * With RECORD set, what the agent takes in is written down as golden data, for tests without a kernel.
 */
import { messageOf } from '../../agent/domain/errors.ts';
import { writeRecording } from '../golden/files.ts';
import { Recorder } from '../golden/recorder.ts';
import { dockerdUnavailable } from '../support/dockerd.ts';
import { matchOf, readInspected } from './inspect.ts';
import { judge } from './judge.ts';
import { openLab } from './lab.ts';
import type { Lab } from './lab.ts';
import type { NamedScenario } from './load.ts';
import { loadScenarios } from './load.ts';
import { play } from './play.ts';
import type { Played } from './play.ts';
import type { Row } from './table.ts';
import { renderTable, sayVerdict } from './table.ts';

const AT_ONCE = 4;
const MS_PER_SECOND = 1_000;

interface Round {
  readonly played: Played | undefined;
  readonly failure: string | undefined;
  readonly ms: number;
}

async function playOnce(
  lab: Lab,
  { name, scenario }: NamedScenario,
  round: number,
  recorder: Recorder | undefined,
): Promise<Round> {
  const begin = performance.now();
  let played: Played | undefined;
  try {
    played = await play(lab, scenario, `${name}-${String(round)}`);
    for (const report of played.reports) judge(scenario, report);
    if (recorder !== undefined) {
      writeRecording(name, await recorder.recording(played.container, scenario.deaths ?? 1));
    }
    return { played, failure: undefined, ms: performance.now() - begin };
  } catch (error) {
    return { played, failure: `${messageOf(error)}\n${evidenceOf(played)}`, ms: performance.now() - begin };
  }
}

/** What the verdicts rested on, for whoever looks into a wrong one. */
function evidenceOf(played: Played | undefined): string {
  return (played?.reports ?? [])
    .flatMap(({ evidence }) => evidence.map(({ at, source, text }) => `  ${at} ${source} ${text}`))
    .join('\n');
}

function rowOf({ scenario }: NamedScenario, rounds: readonly Round[]): Row {
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

async function playAll(
  lab: Lab,
  scenarios: readonly NamedScenario[],
  rounds: number,
  recorder: Recorder | undefined,
): Promise<Map<string, Round[]>> {
  const results = new Map<string, Round[]>(scenarios.map(({ name }) => [name, []]));
  const take = async (work: Iterator<readonly [NamedScenario, number]>): Promise<void> => {
    for (let next = work.next(); next.done !== true; next = work.next()) {
      const [one, round] = next.value;
      const result = await playOnce(lab, one, round, recorder);
      results.get(one.name)?.push(result);
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

function summarise(rows: readonly Row[]): string {
  const right = rows.filter(({ right, rounds }) => right === rounds).length;
  const inspect = (match: Row['inspectIs']): string =>
    String(rows.filter(({ inspectIs }) => inspectIs === match).length);
  return `${String(right)} of ${String(rows.length)} right. docker inspect alone: ${inspect('right')} right, ${inspect('vague')} vague, ${inspect('wrong')} wrong.`;
}

const unavailable = dockerdUnavailable();
if (unavailable !== false) {
  process.stderr.write(`Scenarios: ${unavailable}\n`);
  process.exit(1);
}

const rounds = Math.max(1, Number(process.env['N'] ?? '1') || 1);
const filters = process.argv.slice(2);
const chosen = (await loadScenarios()).filter(
  ({ name }) => filters.length === 0 || filters.some((filter) => name.includes(filter)),
);
const here = chosen.filter(({ scenario }) => scenario.elsewhere === undefined);
const lab = await openLab();
const recorder = (process.env['RECORD'] ?? '') === '' ? undefined : new Recorder(lab.dockerd);
try {
  await recorder?.start();
  const results = await playAll(lab, here, rounds, recorder);
  const rows = here.map((one) => rowOf(one, results.get(one.name) ?? []));
  console.log(renderTable(rows));
  for (const { scenario } of chosen.filter(({ scenario: { elsewhere } }) => elsewhere !== undefined)) {
    console.log(`${String(scenario.number)}  ${scenario.title}: skipped, ${scenario.elsewhere ?? ''}`);
  }
  console.log(`\n${summarise(rows)}`);
  for (const { name } of here) {
    for (const { failure } of results.get(name) ?? []) if (failure !== undefined) console.log(`\n${name}: ${failure}`);
  }
  process.exitCode = rows.every(({ right, rounds: of }) => right === of) ? 0 : 1;
} finally {
  await recorder?.stop();
  await lab.close();
}
