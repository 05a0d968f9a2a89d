import { basename, join } from 'node:path';
import { run } from 'node:test';
import type { ScenarioResult } from '../result.ts';
import { playsFile } from '../selection.ts';

const FOLDER = join(import.meta.dirname, '../../integration/runtimes');
/** Deaths under the other runtimes, with the number that they have in the list of deaths. */
const FILES = [
  { file: 'podman.test.ts', number: 57, runtime: 'podman', title: 'Podman' },
  { file: 'rootless.test.ts', number: 57, runtime: 'podman', title: 'Podman without root' },
  { file: 'cri.test.ts', number: 58, runtime: 'cri', title: 'containerd' },
  { file: 'crio.test.ts', number: 58, runtime: 'crio', title: 'as CRI-O does it' },
  { file: 'nested.test.ts', number: 67, runtime: 'docker', title: 'Docker in Docker' },
] as const;

/** Runs the tests of Podman and of CRI in this machine where they are asked for, each told as a scenario. */
export async function playRuntimes(only: readonly string[], tell: (played: ScenarioResult) => void): Promise<void> {
  for (const { file, number, runtime, title: prefix } of FILES) {
    if (!playsFile(file, only)) continue;
    await play(join(FOLDER, file), (name, outcome, said) => {
      const title = `${prefix}: ${name}`;
      const key = `${String(number)}-${basename(file, '.test.ts')}-${name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
      const failure = outcome === 'wrong' ? { failure: said } : {};
      tell({ runtime, name: key, number, title, said: inShort(said), outcome, ...failure });
    });
  }
}

/** Of what a test threw, what fits into a line of the table. */
function inShort(said: string): string {
  const [line = ''] = said.split('\n', 1);
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}…` : line;
}

const LINE_MAX = 200;

function play(
  file: string,
  tell: (name: string, outcome: ScenarioResult['outcome'], said: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const tests = run({ files: [file], concurrency: false, execArgv: ['--disable-warning=ExperimentalWarning'] });
    tests.on('test:pass', ({ name, skip, details }) => {
      if (typeof skip === 'string') tell(name, 'skipped', skip);
      else if (details.type !== 'suite' && skip === undefined && name !== file) tell(name, 'right', 'as expected');
    });
    tests.on('test:fail', ({ name, details }) => {
      // Its tests have told already.
      if ('failureType' in details.error && details.error.failureType === 'subtestsFailed') return;
      const cause: unknown = details.error.cause;
      tell(name, 'wrong', cause instanceof Error ? cause.message : details.error.message);
    });
    tests.once('end', resolve);
    tests.once('error', reject);
    tests.resume();
  });
}
