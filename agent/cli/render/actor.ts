import type { Death, Requesters } from '../../domain/death.ts';
import { displayText } from '../../domain/display.ts';
import type { ProcessRef } from '../../domain/process.ts';
import { sameProcess } from '../../domain/process.ts';
import { requesterTitle } from '../../domain/requester-words.ts';
import { cellWidth, cutMiddleToCells, cutToCells, padToCells } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { glyphs, proseWidth, tint } from '../text/look.ts';
import { paragraph, ready } from './layout.ts';
import { actorWords, commandOf, pidOf, plural, userOf } from '../../domain/death-words.ts';

const ANCESTORS_SHOWN = 8;
const COMMAND_LEAST_CELLS = 24;
/** The section's indent and two gaps of two between three columns. */
const COLUMN_GAPS = 6;
const COMMAND_LIMIT = 1_000;
const INDENT_AND_GAP = 4;
const TTY_LIMIT = 16;

/** Who ended it: the kind of actor, the process with everything above it, and whom it hit. */
export function renderActor(death: Death, look: Look, all: boolean): readonly string[] {
  const { actor, victim, cause } = death.verdict;
  const { process } = actor;
  const itself = process !== undefined && sameProcess(process, victim?.process);
  if (itself && actor.ancestry.length === 0) {
    return paragraph(look, `${actorWords(actor, cause)}: ${commandOf(process)} (${pidOf(process)})`);
  }
  if (actor.requester !== undefined) return renderRequest(death, actor.requester, look, all);
  const words = actorWords(actor, cause);
  return [...renderProcess(words, process, actor.ancestry, look, all), ...renderVictim(death, look)];
}

/** Who had the runtime do it comes first: which helper of the runtime carried it out matters to few. */
function renderRequest(
  death: Death,
  { certainty, candidates }: Requesters,
  look: Look,
  all: boolean,
): readonly string[] {
  const { actor, cause } = death.verdict;
  const asked = candidates.flatMap((one) =>
    renderProcess(requesterTitle(one, death.container, certainty === 'certain'), one.process, one.ancestry, look, all),
  );
  const { process, ancestry } = actor;
  if (process === undefined || !all) return [...asked, ...renderVictim(death, look)];
  return [...asked, ...renderProcess(carriedOut(actorWords(actor, cause)), process, ancestry, look, all)];
}

function carriedOut(words: string): string {
  return `Carried out by: ${words}`;
}

function renderProcess(
  words: string,
  process: ProcessRef | undefined,
  ancestry: readonly ProcessRef[],
  look: Look,
  all: boolean,
): readonly string[] {
  if (process === undefined) return paragraph(look, words);
  const intro = ancestry.length === 0 ? words : `${words}, and what started it (${glyphs(look).up})`;
  return [...paragraph(look, `${intro}:`), ...renderChain([process, ...ancestry], look, all)];
}

function renderVictim({ verdict: { victim } }: Death, look: Look): readonly string[] {
  if (victim === undefined || victim.isMain) return [];
  return paragraph(
    look,
    `It hit ${commandOf(victim.process)} (${pidOf(victim.process)}), which is not the main process.`,
  );
}

/** The killer first, then its parents up to the oldest that was seen. */
function renderChain(chain: readonly ProcessRef[], look: Look, all: boolean): readonly string[] {
  const shown = all ? chain : chain.slice(0, ANCESTORS_SHOWN + 1);
  const up = `${glyphs(look).up} `;
  const pids = shown.map(({ pid }) => `pid ${String(pid)}`);
  const pidCells = Math.max(...pids.map((pid) => pid.length));
  const whos = shown.map((process) => whoOf(process, look));
  const taken = pidCells + Math.max(...whos.map(cellWidth)) + COLUMN_GAPS;
  const room = all ? Number.POSITIVE_INFINITY : Math.max(COMMAND_LEAST_CELLS, proseWidth(look) - taken);
  const commands = shown.map((process, index) =>
    cutMiddleToCells(
      `${index === 0 ? '' : up}${ready(look, commandOf(process, COMMAND_LIMIT))}`,
      room,
      glyphs(look).ellipsis,
    ),
  );
  const commandCells = Math.max(...commands.map(cellWidth));
  const lines = commands.map((command, index) => {
    const name = tint(look, index === 0 ? 'strong' : 'dim', padToCells(command, commandCells));
    const details = `${(pids[index] ?? '').padEnd(pidCells)}  ${whos[index] ?? ''}`.trimEnd();
    const rest = all
      ? details
      : cutToCells(details, proseWidth(look) - commandCells - INDENT_AND_GAP, glyphs(look).ellipsis);
    return `${name}  ${index === 0 ? rest : tint(look, 'dim', rest)}`;
  });
  const hidden = chain.length - shown.length;
  return hidden === 0
    ? lines
    : [...lines, tint(look, 'dim', `${up}${plural(hidden, 'more parent')}; --all shows them`)];
}

/** `root, logged in as alice · pts/3`; empty when nothing is known. */
function whoOf(process: ProcessRef, look: Look): string {
  const parts = [userOf(process), process.tty === undefined ? '' : displayText(process.tty, TTY_LIMIT)];
  return ready(look, parts.filter((part) => part !== '').join(' · '));
}
