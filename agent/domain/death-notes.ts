import type { Death } from './death.ts';
import type { Tier } from './protocol.ts';

/** What weakens the account of a death, or is worth a second look: the verdict's own notes among it. */
export function deathNotes(death: Death, tier: Tier): readonly string[] {
  return [
    ...(death.verdict.complete
      ? []
      : [
          'The evidence is incomplete: records were lost, or the agent was not there from the start. Something may be missing above.',
        ]),
    ...originNote(death),
    ...death.verdict.notes,
    ...revisionNote(death),
    ...(death.settled ? [] : ['Late evidence may still come in. Ask again in a few seconds.']),
    ...(tier === 'plain'
      ? ['Arguments of processes and log lines are hidden from you. Members of the agent’s sensitive group see them.']
      : []),
  ];
}

function originNote({ origin }: Death): readonly string[] {
  switch (origin) {
    case 'witnessed':
      return [];
    case 'recovered':
      return ['The agent was restarting when it happened. The kernel kept the records, and they were read afterwards.'];
    case 'reconciled':
      return ['The agent did not see this death. It was put together afterwards from what the runtime remembers.'];
  }
}

function revisionNote({ revisions, verdict }: Death): readonly string[] {
  const first = revisions[0];
  if (first === undefined || revisions.length < 2) return [];
  const changed = first.cause !== verdict.cause || first.certainty !== verdict.certainty;
  if (!changed) return [];
  return [`The first verdict was another one (${first.certainty}): ${first.headline}`];
}
