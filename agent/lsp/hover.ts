import type { Hover } from 'vscode-languageserver/node';
import { renderHover } from '../domain/hover-render.ts';
import type { HoverLook } from '../domain/hover-render.ts';
import { describeMention } from '../domain/hover.ts';
import { findMentionsIn, mentionAt, timeIn } from '../domain/mentions.ts';
import { freshPatience } from './findings.ts';
import type { DeathLookup } from './findings.ts';
import type { LineSource, Place } from './lines.ts';

export interface HoverSources {
  readonly line: LineSource;
  readonly deaths: DeathLookup;
  readonly look: HoverLook;
}

/** The hover of a place in a document: `undefined` for most of them. Rejects when the line cannot be read. */
export async function hoverAt(place: Place, sources: HoverSources, signal: AbortSignal): Promise<Hover | undefined> {
  const patience = freshPatience();
  const [window, known] = await Promise.all([sources.line(place, signal), sources.deaths.known(patience, signal)]);
  if (window === undefined) return undefined;
  const mentions = findMentionsIn(window, known);
  const mention = mentionAt(mentions, place.character);
  if (mention === undefined) return undefined;
  const findings = await sources.deaths.find(mention, mentions, timeIn(window.text), patience, signal);
  const card = describeMention(mention, findings);
  if (card === undefined) return undefined;
  const { line } = place;
  return {
    contents: { kind: sources.look.format, value: renderHover(card, sources.look) },
    range: { start: { line, character: mention.start }, end: { line, character: mention.end } },
  };
}
