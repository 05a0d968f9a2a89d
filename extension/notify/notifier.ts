import * as vscode from 'vscode';
import type { InquestContext } from '../context.ts';
import { nameOf } from '../deaths/entry.ts';
import type { DeathEntry } from '../deaths/entry.ts';
import { escapeLabel } from '../deaths/markdown-text.ts';
import { COMMANDS } from '../ids.ts';
import { t } from '../l10n/t.ts';
import { announce, isWorthTelling, tellAt } from './policy.ts';
import type { Announcement } from './policy.ts';

const NAMES_SHOWN = 3;

/** Tells a person of deaths, one notification for a burst. */
export class Notifier {
  readonly #context: InquestContext;
  #waiting: DeathEntry[] = [];
  #firstMs = 0;
  #toldMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: InquestContext) {
    this.#context = context;
    context.lifetime.defer(() => {
      clearTimeout(this.#timer);
    });
  }

  add(entries: readonly DeathEntry[]): void {
    const level = this.#context.settings().notifications;
    const worth = entries.filter(({ death }) => isWorthTelling(death.cause, level, death.wound !== undefined));
    if (worth.length === 0) return;
    const nowMs = performance.now();
    if (this.#waiting.length === 0) this.#firstMs = nowMs;
    this.#waiting.push(...worth);
    clearTimeout(this.#timer);
    const wait = tellAt({ firstMs: this.#firstMs, lastMs: nowMs }, this.#toldMs) - nowMs;
    this.#timer = setTimeout(() => {
      this.#tell();
    }, wait);
  }

  #tell(): void {
    const { deaths, log } = this.#context;
    // What was looked at meanwhile is no news.
    const unseen = this.#waiting.filter((entry) => !deaths.isSeen(entry));
    this.#waiting = [];
    const wounded = unseen.filter(({ death }) => death.wound !== undefined);
    const dead = unseen.filter(({ death }) => death.wound === undefined);
    for (const entries of [dead, wounded]) {
      const announcement = announce(entries, ({ death }) => nameOf(death));
      if (announcement === undefined) continue;
      this.#toldMs = performance.now();
      show(announcement, entries, deaths.markSeen.bind(deaths)).catch((error: unknown) => {
        log.error(`notification: ${String(error)}`);
      });
    }
  }
}

async function show(
  announcement: Announcement,
  entries: readonly DeathEntry[],
  markSeen: (entries: readonly DeathEntry[]) => void,
): Promise<void> {
  const explain = t('Explain Exit');
  const showAll = t('Show Deaths');
  const seen = t('Mark as Seen');
  const first = announcement.kind === 'one' || announcement.loop ? explain : showAll;
  // A notification runs links that stand in its text: nothing of a container gets into it unescaped.
  const chosen = await vscode.window.showWarningMessage(wordsOf(announcement), first, seen);
  if (chosen === explain) {
    const { hostId, death } = announcement.kind === 'one' ? announcement.entry : announcement.newest;
    await vscode.commands.executeCommand(COMMANDS.explainExit, { hostId, deathId: death.id });
  } else if (chosen === showAll) {
    await vscode.commands.executeCommand(COMMANDS.showDeaths);
  } else if (chosen === seen) {
    markSeen(entries);
  }
}

function wordsOf(announcement: Announcement): string {
  if (announcement.kind === 'one') {
    const { death } = announcement.entry;
    return `${escapeLabel(nameOf(death))}: ${escapeLabel(death.headline, 300)}`;
  }
  const { deaths, containers, loop, wounds } = announcement;
  const names = containers.slice(0, NAMES_SHOWN).map((name) => escapeLabel(name, 60));
  const rest = containers.length - names.length;
  if (loop && wounds) return t('{0} runs on, but processes of it were killed or crashed.', names[0] ?? '');
  if (loop) return t('{0} died {1} times.', names[0] ?? '', deaths);
  const list = rest > 0 ? t('{0} and {1} more', names.join(', '), rest) : names.join(', ');
  if (wounds)
    return t(
      'Processes of {0} containers were killed or crashed: {1}. The containers run on.',
      containers.length,
      list,
    );
  return t('{0} containers died: {1}.', containers.length, list);
}
