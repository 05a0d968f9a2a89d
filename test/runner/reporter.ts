import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import type { TestRecord } from './result.ts';

const NAME_SEPARATOR = ' › ';
/** What Node.js says at the end of every file comes the same way as what tests say. */
const TOTALS = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

interface Outcome {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
}

/** A reporter for node:test that writes one TestRecord a line for the runner. */
export default async function* reporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = [];
  for await (const event of source) {
    if (event.type === 'test:start') {
      names[event.data.nesting] = event.data.name;
      continue;
    }
    if (event.type === 'test:dequeue') yield line({ kind: 'started', name: event.data.name });
    const record = toRecord(event, names);
    if (record !== undefined) yield line(record);
  }
  yield line({ kind: 'end' });
}

function line(record: TestRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function toRecord(event: TestEvent, names: readonly string[]): TestRecord | undefined {
  if (event.type === 'test:pass') return passRecord(event.data, event.data.details.type === 'suite', names);
  if (event.type === 'test:diagnostic' && !TOTALS.test(event.data.message)) {
    return { kind: 'noted', text: event.data.message };
  }
  if (event.type !== 'test:fail') return undefined;
  const { error } = event.data.details;
  // A parent that fails only because of its children would count the same failure twice.
  if ('failureType' in error && error.failureType === 'subtestsFailed') return undefined;
  return { kind: 'failed', name: fullName(event.data, names), error: describe(error) };
}

function passRecord(outcome: Outcome, isSuite: boolean, names: readonly string[]): TestRecord | undefined {
  const reason = outcome.skip ?? outcome.todo;
  if (reason !== undefined && reason !== false) {
    const text = typeof reason === 'string' && reason !== '' ? reason : 'no reason given';
    return { kind: 'skipped', name: fullName(outcome, names), reason: text };
  }
  return isSuite ? undefined : { kind: 'passed' };
}

function fullName({ name, nesting }: Outcome, names: readonly string[]): string {
  return [...names.slice(0, nesting), name].join(NAME_SEPARATOR);
}

function describe(error: Error): string {
  const cause = error.cause ?? error;
  return typeof cause === 'string' ? cause : inspect(cause, { colors: false, depth: 6 });
}
