import { containerLabel, containersAround, shortId } from '../../domain/container.ts';
import type { ContainerIdentity } from '../../domain/container.ts';
import type { Death } from '../../domain/death.ts';
import { formatDuration } from '../../domain/time.ts';
import type { Look } from '../text/look.ts';
import { glyphs } from '../text/look.ts';
import { absoluteTime, ago } from '../text/times.ts';
import { paragraph } from './layout.ts';
import { exitWords, plural } from '../../domain/death-words.ts';

const NAME_LIMIT = 120;

/** Which container, how it ended, when: the few lines below the headline. */
export function renderFacts(death: Death, look: Look): readonly string[] {
  const { container } = death;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['Container', [bounded(containerLabel(container)), `${runtimeWord(container)} ${shortId(container.id)}`]],
    [
      'Runs in',
      containersAround(container).flatMap((around, level) => [
        `${level === 0 ? '' : 'in '}${bounded(containerLabel(around))}`,
        ...(around.name === undefined ? [] : [shortId(around.id)]),
      ]),
    ],
    ['Image', container.image === undefined ? [] : [bounded(container.image)]],
    [death.wound === undefined ? 'Exit' : 'Ended', [exitWords(death.exit, container.runtime)]],
    ['When', [ago(death.at, look), absoluteTime(death.at, look), ...lifeWords(death), `on ${bounded(death.host)}`]],
    ['Restarts', restartWords(container)],
  ];
  return rows.flatMap(([label, parts]) =>
    parts.length === 0
      ? []
      : paragraph(look, parts.join(` ${glyphs(look).dot} `), { lead: label.padEnd(11), leadStyle: 'dim' }),
  );
}

function bounded(text: string): string {
  return text.slice(0, NAME_LIMIT);
}

function runtimeWord({ runtime }: ContainerIdentity): string {
  return runtime === 'unknown' ? 'runtime not known,' : runtime;
}

function lifeWords({ at, container, wound }: Death): readonly string[] {
  // Of a wound it would be read as the container's whole life.
  if (wound !== undefined || container.startedAt === undefined || container.startedAt > at) return [];
  return [`ran for ${formatDuration(at - container.startedAt)}`];
}

function restartWords({ restartCount, restartPolicy }: ContainerIdentity): readonly string[] {
  if (restartCount === undefined || restartCount === 0) return [];
  const policy =
    restartPolicy === undefined ? [] : [`policy ${restartPolicy.name}${retryLimit(restartPolicy.maximumRetries)}`];
  return [plural(restartCount, 'restart'), ...policy];
}

function retryLimit(maximumRetries: number | undefined): string {
  return maximumRetries === undefined || maximumRetries === 0 ? '' : `, at most ${String(maximumRetries)}`;
}
