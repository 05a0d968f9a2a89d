import { composeDeath } from '../../agent/daemon/compose.ts';
import { Wounds } from '../../agent/daemon/wounds.ts';
import type { Death, DeathOrigin } from '../../agent/domain/death.ts';
import { CaseBook } from '../../agent/explain/case-book.ts';
import { CaseFile } from '../../agent/explain/case-file.ts';
import { present } from '../../agent/explain/present.ts';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { DIED_AT, containerOf, deathId } from './deaths.ts';
import { judge } from './judge.ts';
import { Life } from './life.ts';
import type { LifeOptions } from './life.ts';

const MACHINE = { machineId: 'gallery', bootId: '0d6f2a3c-6f5b-4a55-9c53-2b6b9d1c7e10', host: 'node-7' };
/** By then the agent has told of a wound, with all its repetitions. */
const TOLD_US = 60 * US_PER_SECOND;
const USUAL_RUN_SECONDS = 7_500;

/** A life of a container with a name, to be told up to `DIED_AT`. */
export function lifeOf(
  name: string,
  { ranSeconds = USUAL_RUN_SECONDS, identity, ...options }: LifeOptions & { readonly ranSeconds?: number } = {},
): Life {
  const bornAt = DIED_AT - ranSeconds * US_PER_SECOND;
  const container = containerOf(name, { startedAt: bornAt, ...identity });
  return new Life({ id: container.id, bornAt, identity: container, ...options });
}

/** The death that this life ends with, as the rules judge it and the agent would keep it; under a name of its own. */
export function concludedDeath(
  name: string,
  life: Life,
  {
    origin = 'witnessed',
    ...more
  }: { readonly origin?: DeathOrigin } & Partial<Pick<Death, 'revisions' | 'settled'>> = {},
): Death {
  const { facts, verdict } = judge(life, life.records, origin);
  const [first] = life.records;
  const file = new CaseFile({
    containerId: life.id,
    run: life.run,
    at: first?.at ?? life.now,
    seenFromStart: life.seenFromStart,
    origin,
  });
  const death = composeDeath(MACHINE, {
    file,
    container: facts.container,
    at: facts.diedAt,
    facts,
    verdict,
    evidence: present(facts.case.evidence, facts),
    vitals: life.vitals,
    revisions: [],
    origin,
    settled: true,
    isFirst: true,
  });
  const { signature: _counted, ...kept } = death;
  return { ...kept, id: deathId(name), ...more };
}

/** What the agent keeps of a process that was hit in this life, which goes on. */
export function concludedWound(name: string, life: Life): Death {
  const book = new CaseBook({ kernelWatched: true, startedAt: life.records[0]?.at ?? life.now });
  book.identify(life.identity);
  const wounds = new Wounds({ machine: MACHINE, book, vitals: () => life.vitals, kept: () => [] });
  for (const record of life.records) book.add(record);
  const wound = wounds.due(life.now + TOLD_US).deaths.at(-1);
  if (wound === undefined) throw new Error(`nothing was hit in ${name}`);
  return { ...wound, id: deathId(name) };
}
