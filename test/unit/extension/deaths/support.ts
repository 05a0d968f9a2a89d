import type { DeathSummary } from '../../../../agent/domain/death.ts';
import type { ListParams, ListResult } from '../../../../agent/domain/protocol.ts';
import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import type { DeathEntry } from '../../../../extension/deaths/entry.ts';
import type { PageSource } from '../../../../extension/deaths/death-list.ts';
import { DIED_AT } from '../../../support/deaths.ts';

export const NOW = DIED_AT + 90 * US_PER_SECOND;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

export function idOf(number: number): string {
  const digits = String(number)
    .split('')
    .map((digit) => ALPHABET[Number(digit)] ?? 'z');
  return digits.join('').padStart(26, 'a');
}

/** The death with this sequence number; every one a second later than the one before. */
export function summary(sequence: number, more: Partial<DeathSummary> = {}): DeathSummary {
  return {
    sequence,
    change: sequence,
    id: idOf(sequence),
    at: DIED_AT + sequence * US_PER_SECOND,
    host: 'node-7',
    containerId: String(sequence).padStart(64, 'a'),
    containerName: `web-${String(sequence)}`,
    image: 'shop/web:1',
    exit: { kind: 'signaled', signal: 9, coreDumped: false },
    cause: 'oom.container',
    certainty: 'certain',
    headline: 'It needed more memory than it was given.',
    complete: true,
    revision: 1,
    ...more,
  };
}

export function entry(sequence: number, more: Partial<DeathSummary> = {}, hostId = 'local'): DeathEntry {
  return { hostId, death: summary(sequence, more) };
}

/** A store as an agent has it, by its protocol. */
export class TestStore implements PageSource {
  readonly hostId: string;
  readonly label: string;
  readonly asked: ListParams[] = [];
  deaths: DeathSummary[];

  constructor(deaths: readonly DeathSummary[], hostId = 'local') {
    this.deaths = [...deaths];
    this.hostId = hostId;
    this.label = hostId;
  }

  /** A new death, or a revision of a known one. */
  put(death: DeathSummary): void {
    const change = this.#lastChange() + 1;
    this.deaths = [...this.deaths.filter(({ id }) => id !== death.id), { ...death, change }];
  }

  list(params: ListParams): Promise<ListResult> {
    this.asked.push(params);
    const { changedAfter, cursor, filter, limit = 100 } = params;
    const matching = this.deaths.filter(
      ({ cause, headline }) =>
        (filter?.cause === undefined || cause.startsWith(filter.cause)) &&
        (filter?.text === undefined || headline.toLowerCase().includes(filter.text)),
    );
    const byChange = changedAfter !== undefined;
    const rest = byChange
      ? matching.filter(({ change }) => change > changedAfter).sort((a, b) => a.change - b.change)
      : matching
          .filter(({ sequence }) => cursor === undefined || sequence < cursor)
          .sort((a, b) => b.sequence - a.sequence);
    const deaths = rest.slice(0, limit);
    const last = deaths.at(-1);
    const more = rest.length > deaths.length && last !== undefined;
    return Promise.resolve({
      deaths,
      lastChange: this.#lastChange(),
      ...(more && { nextCursor: byChange ? last.change : last.sequence }),
    });
  }

  #lastChange(): number {
    return Math.max(0, ...this.deaths.map(({ change }) => change));
  }
}

/** Markdown without code and without what a backslash makes literal: what is left may be markup. */
export function markupOf(markdown: string): string {
  let rest = '';
  for (let index = 0; index < markdown.length;) {
    const [run = ''] = /^`+/.exec(markdown.slice(index)) ?? [];
    if (markdown[index] === '\\') {
      index += 2;
    } else if (run === '') {
      rest += markdown.charAt(index);
      index += 1;
    } else {
      const end = new RegExp(`(?<!\`)\`{${String(run.length)}}(?!\`)`).exec(markdown.slice(index + run.length));
      index += run.length + (end === null ? 0 : end.index + run.length);
    }
  }
  return rest;
}

/** Links, images, HTML, autolinks, controls. */
// eslint-disable-next-line no-control-regex -- controls are what must not be there
export const ACTIVE_MARKUP = /\]\(|!\[|<[a-z!/]|:\/\/|www\.|[\u0000-\u0009\u000b-\u001f\u202e\u200b]/i;
