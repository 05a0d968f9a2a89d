import type { Health } from '../../domain/health.ts';
import type { Look } from '../text/look.ts';
import { roughly } from '../../domain/time.ts';
import { ago } from '../text/times.ts';
import { paragraph } from './layout.ts';
import { plural } from '../../domain/death-words.ts';

/** What to say instead of an empty table. */
export function renderNoDeaths(health: Health, filtered: boolean, look: Look): readonly string[] {
  const { deaths } = health.store;
  if (filtered && deaths > 0) {
    return paragraph(look, `No death matches. ${plural(deaths, 'death')} in all: inquest deaths lists the newest.`);
  }
  const { programs } = health.kernel;
  const watching = programs.some(({ attached }) => attached);
  return [
    ...paragraph(look, `No deaths recorded since the agent started ${ago(health.startedAt, look)}.`),
    ...paragraph(
      look,
      watching
        ? `It is watching ${plural(health.containers, 'running container')}. inquest watch shows the next death as it happens.`
        : 'It is not attached to the kernel, so it would miss deaths. inquest doctor says why.',
      { style: watching ? 'dim' : 'caution' },
    ),
  ];
}

export function renderNoWounds(look: Look): readonly string[] {
  return paragraph(look, 'No wounded container: no process was killed or crashed while its container lived on.');
}

export function startedWords(health: Health, look: Look): string {
  return `The agent started ${roughly(Math.max(0, look.now - health.startedAt))} ago`;
}
