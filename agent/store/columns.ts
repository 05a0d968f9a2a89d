import type { SQLInputValue } from 'node:sqlite';
import { causeFamily } from '../domain/causes.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import type { Death, DeathSummary, Wound } from '../domain/death.ts';
import { InquestError } from '../domain/errors.ts';
import { toExitCode } from '../domain/exit-status.ts';
import type { RepetitionSummary } from '../domain/repetition.ts';
import { workloadKey } from '../domain/workload.ts';
import { parseJson } from './body.ts';
import { isExitStatus, isRepetitionSummary, isSummary, isWound } from './death-shape.ts';
import { revisionNumber } from './merge.ts';
import type { Row } from './rows.ts';
import { integerOf, optionalText, textOf } from './rows.ts';

/** Bounds of what is searched. Bodies keep everything; nobody looks for a longer name than this. */
const MAX_NAME = 1_024;
const MAX_HEADLINE = 4_096;
export const MAX_LABELS = 64;
export const MAX_LABEL_LENGTH = 256;

const KUBERNETES = {
  namespace: 'io.kubernetes.pod.namespace',
  pod: 'io.kubernetes.pod.name',
  container: 'io.kubernetes.container.name',
} as const;
const COMPOSE_PROJECT = 'com.docker.compose.project';

/**
 * What a crash loop has in common, so that its deaths can be bounded without touching others: name
 * and image (a restart policy keeps the id, compose makes a new one), in Kubernetes namespace, pod
 * and container (the name counts the attempts), the id alone where nothing else is known.
 */
export function quotaKey({ container, wound }: Pick<Death, 'container' | 'wound'>): string {
  // Wounds have a quota of their own: they never push out a death.
  return wound === undefined ? keyOf(container) : `wound\n${keyOf(container)}`;
}

function keyOf(container: ContainerIdentity): string {
  const { labels } = container;
  const inPod = labels[KUBERNETES.container];
  if (inPod !== undefined) {
    const place = [labels[KUBERNETES.namespace] ?? '', labels[KUBERNETES.pod] ?? '', inPod];
    return `pod\n${place.map((part) => part.slice(0, MAX_LABEL_LENGTH)).join('\n')}`;
  }
  if (container.name === undefined) return `id\n${container.id.slice(0, MAX_NAME)}`;
  return `name\n${container.name.slice(0, MAX_NAME)}\n${(container.image ?? '').slice(0, MAX_NAME)}`;
}

/** Searched columns by name, without those that the store itself numbers. */
export function columnsOf(death: Death): Record<string, SQLInputValue> {
  const { container, verdict, exit } = death;
  return {
    id: death.id,
    at: death.at,
    host: death.host.slice(0, MAX_NAME),
    container_id: container.id.slice(0, MAX_NAME),
    container_name: container.name?.slice(0, MAX_NAME) ?? null,
    image: container.image?.slice(0, MAX_NAME) ?? null,
    quota_key: quotaKey(death),
    exit: exit === undefined ? null : JSON.stringify(exit),
    exit_code: exit === undefined ? null : toExitCode(exit),
    cause: verdict.cause,
    family: causeFamily(verdict.cause),
    certainty: verdict.certainty,
    headline: verdict.headline.slice(0, MAX_HEADLINE),
    complete: verdict.complete ? 1 : 0,
    revision: revisionNumber(death),
    workload: death.signature === undefined ? null : workloadKey(container),
    signature: death.signature ?? null,
    ran_us: ranUs(death) ?? null,
    repetition: death.repetition === undefined ? null : JSON.stringify(death.repetition),
    wound: death.wound === undefined ? null : JSON.stringify(death.wound),
  };
}

/** How long the run lasted, where its beginning is known. */
export function ranUs({ at, container: { startedAt } }: Death): number | undefined {
  return startedAt === undefined || startedAt > at ? undefined : Math.round(at - startedAt);
}

/** The labels that can be searched for: at most 64, each part cut at 256 characters. */
export function searchedLabels(container: ContainerIdentity): ReadonlyMap<string, string> {
  const pairs = Object.entries(container.labels).slice(0, MAX_LABELS);
  return new Map(pairs.map(([key, value]) => [key.slice(0, MAX_LABEL_LENGTH), value.slice(0, MAX_LABEL_LENGTH)]));
}

/** Never made from anything that was stored or asked for: label keys of ours alone become part of a query. */
function labelColumn(key: string, name: string): string {
  return `(SELECT l.value FROM labels l WHERE l.sequence = d.sequence AND l.key = '${key}') AS ${name}`;
}

const LABEL_COLUMNS = [
  labelColumn(COMPOSE_PROJECT, 'project'),
  labelColumn(KUBERNETES.namespace, 'pod_namespace'),
  labelColumn(KUBERNETES.pod, 'pod'),
];

const OWN_COLUMNS = [
  'sequence',
  'change',
  'id',
  'at',
  'host',
  'container_id',
  'container_name',
  'image',
  'exit',
  'cause',
  'certainty',
  'headline',
  'complete',
  'revision',
  'repetition',
  'wound',
];

export const SUMMARY_COLUMNS = [...OWN_COLUMNS.map((column) => `d.${column}`), ...LABEL_COLUMNS].join(', ');

/** From a row of `SUMMARY_COLUMNS`. @throws InquestError `store-corrupt` */
export function toSummary(row: Row): DeathSummary {
  const exit = optionalText(row, 'exit');
  const repetition = optionalText(row, 'repetition');
  const wound = optionalText(row, 'wound');
  const project = optionalText(row, 'project');
  const pod = optionalText(row, 'pod');
  const summary = {
    sequence: integerOf(row, 'sequence'),
    change: integerOf(row, 'change'),
    id: textOf(row, 'id'),
    at: integerOf(row, 'at'),
    host: textOf(row, 'host'),
    containerId: textOf(row, 'container_id'),
    containerName: optionalText(row, 'container_name'),
    image: optionalText(row, 'image'),
    ...(project !== undefined && { project }),
    ...(pod !== undefined && { pod: `${optionalText(row, 'pod_namespace') ?? 'default'}/${pod}` }),
    exit: exit === undefined ? undefined : toExit(exit),
    cause: textOf(row, 'cause'),
    certainty: textOf(row, 'certainty'),
    headline: textOf(row, 'headline'),
    complete: integerOf(row, 'complete') === 1,
    revision: integerOf(row, 'revision'),
    ...(repetition !== undefined && toRepetition(repetition)),
    ...(wound !== undefined && { wound: checkedWound(wound) }),
  };
  if (!isSummary(summary)) throw new InquestError('store-corrupt', 'A row of the store is no death.');
  return summary;
}

/** A repetition that cannot be read takes nothing away from its death. */
function toRepetition(json: string): { readonly repetition: RepetitionSummary } | undefined {
  const value = parseJson(json);
  if (!isRepetitionSummary(value)) return undefined;
  const { signature, count, firstAt, lastAt, medianPeriodSeconds } = value;
  const period = medianPeriodSeconds === undefined ? {} : { medianPeriodSeconds };
  return { repetition: { signature, count, firstAt, lastAt, ...period } };
}

/** Of a wound its mark is needed: without it the row would pass for a death. */
function checkedWound(json: string): Wound {
  const value = parseJson(json);
  if (!isWound(value)) throw new InquestError('store-corrupt', 'A row of the store is no wound.');
  return value;
}

function toExit(json: string): unknown {
  const exit = parseJson(json);
  return isExitStatus(exit) ? exit : undefined;
}
