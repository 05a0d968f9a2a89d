import type { FileResult } from './result.ts';

const NAME_WIDTH = 60;
const OUTPUT_LINES = 40;

/** One line a file, as soon as it is done, with what its tests measured below it. */
export function printFile({ file, passed, failures, skips, notes, durationMs }: FileResult): void {
  const state = failures.length > 0 ? 'FAIL' : passed > 0 ? 'ok' : 'skip';
  const counts = [`${String(passed)} passed`];
  if (failures.length > 0) counts.push(`${String(failures.length)} failed`);
  if (skips.length > 0) counts.push(`${String(skips.length)} skipped`);
  console.log(
    `${state.padEnd(5)}${file.padEnd(NAME_WIDTH)} ${counts.join(', ')} (${(durationMs / 1_000).toFixed(1)} s)`,
  );
  for (const note of notes) console.log(`       ${note}`);
}

/** Everything skipped and everything that failed, after the last file. */
export function printDetails(results: readonly FileResult[], leftovers: readonly string[]): void {
  const skips = results.flatMap(({ file, skips }) => skips.map(({ name, reason }) => `  ${file} › ${name}: ${reason}`));
  if (skips.length > 0) console.log(`\nSkipped:\n${skips.join('\n')}`);
  for (const result of results) if (result.failures.length > 0) printFailures(result);
  if (leftovers.length > 0) console.log(`\nFAILED: tests left behind\n${indent(leftovers.join('\n'))}`);
  console.log('');
}

function printFailures({ file, failures, output }: FileResult): void {
  for (const { name, error } of failures) console.log(`\nFAILED: ${file} › ${name}\n${indent(error)}`);
  const tail = output.trimEnd().split('\n').slice(-OUTPUT_LINES).join('\n');
  if (tail !== '') console.log(`\n  Output of ${file}:\n${indent(tail)}`);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
