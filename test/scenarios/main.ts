/**
 * Lets containers die in every way side by side and prints what was said of each, beside what `docker inspect` alone
 * would have said. N rounds each (environment N, default 1); arguments select scenarios by a part of their file name.
 * With RECORD set, what the agent takes in is written down as golden data, for tests without a kernel.
 */
import { writeRecording } from '../golden/files.ts';
import { Recorder } from '../golden/recorder.ts';
import { serialize } from '../golden/recording.ts';
import { dockerdUnavailable } from '../support/dockerd.ts';
import { openLab } from './lab.ts';
import { loadScenarios } from './load.ts';
import { unmet } from './needs.ts';
import { playAll, rowOf } from './rounds.ts';
import type { Keep } from './rounds.ts';
import type { Row } from './table.ts';
import { renderTable } from './table.ts';

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
const here = chosen.filter(({ scenario }) => unmet(scenario) === undefined);
const lab = await openLab();
const recorder = (process.env['RECORD'] ?? '') === '' ? undefined : new Recorder(lab.dockerd);
const keep: Keep | undefined =
  recorder &&
  (async ({ name, scenario }, container) => {
    writeRecording(name, serialize(await recorder.recording(container, scenario)));
  });
try {
  await recorder?.start();
  const results = await playAll(lab, here, rounds, keep);
  const rows = here.map((one) => rowOf(one, results.get(one.name) ?? []));
  console.log(renderTable(rows));
  for (const { scenario } of chosen) {
    const why = unmet(scenario);
    if (why !== undefined) console.log(`${String(scenario.number)}  ${scenario.title}: skipped, ${why}`);
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
