import type { ContainerIdentity } from '../../agent/domain/container.ts';
import type { Evidence } from '../../agent/domain/evidence.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import type { VitalsSample } from '../../agent/domain/vitals.ts';
import { isRecord, isText, isWhole, listOf } from '../../agent/store/shape.ts';

/** One thing that reached the agent, at the time when it did. */
export type Arrival =
  | { readonly arrived: EpochUs; readonly evidence: Evidence }
  /** The log's last lines, which the agent asks for after the death. */
  | { readonly arrived: EpochUs; readonly asked: Evidence }
  | { readonly arrived: EpochUs; readonly identity: ContainerIdentity }
  | { readonly arrived: EpochUs; readonly vitals: readonly VitalsSample[] }
  /** The late evidence was in. */
  | { readonly arrived: EpochUs; readonly settled: true };

/** What the agent took in about one container, in the order in which it came. */
export type Recording = readonly Arrival[];

/** One arrival a line. */
export function serialize(recording: Recording): string {
  return recording.map((arrival) => `${JSON.stringify(arrival)}\n`).join('');
}

/** @throws where a line is not an arrival */
export function parseRecording(text: string, name: string): Recording {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const arrival = arrivalOf(JSON.parse(line));
      if (arrival === undefined) throw new Error(`${name}, line ${String(index + 1)} is no recorded arrival`);
      return arrival;
    });
}

function arrivalOf(value: unknown): Arrival | undefined {
  if (!isRecord(value)) return undefined;
  const { arrived, evidence, asked, identity, vitals, settled } = value;
  if (!isWhole(arrived)) return undefined;
  if (isEvidence(evidence)) return { arrived, evidence: withContainer(evidence) };
  if (isEvidence(asked)) return { arrived, asked: withContainer(asked) };
  if (isIdentity(identity)) return { arrived, identity };
  if (areSamples(vitals)) return { arrived, vitals };
  return settled === true ? { arrived, settled } : undefined;
}

/** JSON leaves out what is undefined; evidence of every container says so. */
function withContainer(evidence: Evidence): Evidence {
  return { ...evidence, containerId: evidence.containerId };
}

/* Only the fields that everything relies on: the records were written by the agent's own types. */

function isEvidence(value: unknown): value is Evidence {
  return isRecord(value) && isWhole(value['at']) && isText(value['source']) && hasKind(value['data']);
}

function hasKind(data: unknown): boolean {
  return isRecord(data) && isText(data['kind']);
}

function isIdentity(value: unknown): value is ContainerIdentity {
  return isRecord(value) && isText(value['id']) && isText(value['runtime']) && isRecord(value['labels']);
}

const areSamples = listOf((value: unknown): value is VitalsSample => isRecord(value) && isWhole(value['at']));
