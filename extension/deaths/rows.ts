import type { EpochUs } from '../../agent/domain/time.ts';
import { ITEMS } from '../ids.ts';
import { count, t } from '../l10n/t.ts';
import { nameOf } from './entry.ts';
import type { DeathEntry } from './entry.ts';
import { iconOf } from './icons.ts';
import type { Icon } from './icons.ts';
import { ago, shortAgo } from './relative-time.ts';
import type { TreeNode } from './tree.ts';
import { causeSentence, endText } from './words.ts';

/** What a row shows, without anything of VS Code. */
export interface RowText {
  readonly label: string;
  readonly description: string;
  /** An empty colour is that of the theme's icons. */
  readonly icon: Icon | undefined;
  readonly isUnseen: boolean;
  readonly contextValue: string;
  /** What a screen reader says. */
  readonly spoken: string;
}

export interface RowContext {
  readonly now: EpochUs;
  readonly isSeen: (entry: DeathEntry) => boolean;
  /** Absent where naming the host would say nothing new. */
  readonly hostLabel: ((hostId: string) => string) | undefined;
}

const DOT = ' · ';

export function describeNode(node: TreeNode, context: RowContext): RowText {
  switch (node.kind) {
    case 'death':
      return node.isOfLoop ? turnRow(node.entry, context) : deathRow(node.entry, context);
    case 'loop':
      return loopRow(node.entries, context);
    case 'group': {
      const unseen = node.entries.filter((entry) => !context.isSeen(entry)).length;
      const number = node.entries.length.toLocaleString('en-US');
      const deaths = count(node.entries.length, '{0} death', '{0} deaths');
      return {
        label: node.label.label,
        description: number,
        icon: node.label.icon === undefined ? undefined : { id: node.label.icon, color: '' },
        isUnseen: false,
        contextValue: ITEMS.group,
        spoken: [node.label.label, deaths, ...(unseen > 0 ? [t('{0} unseen', unseen)] : [])].join(', '),
      };
    }
    case 'more':
      return moreRow(t('Load older deaths'));
    case 'rest':
      return moreRow(count(node.count, '{0} more death', '{0} more deaths'));
  }
}

function moreRow(label: string): RowText {
  return {
    label,
    description: '',
    icon: { id: 'ellipsis', color: '' },
    isUnseen: false,
    contextValue: ITEMS.more,
    spoken: label,
  };
}

function deathRow(entry: DeathEntry, { now, isSeen, hostLabel }: RowContext): RowText {
  const { death, hostId } = entry;
  const isUnseen = !isSeen(entry);
  const host = hostLabel === undefined ? [] : [hostLabel(hostId)];
  const age = ago(death.at, now);
  const times = death.wound?.count ?? 1;
  const hits = times > 1 ? [`×${String(times)}`] : [];
  return {
    label: nameOf(death),
    description: [...hits, endText(death), ...host, shortAgo(death.at, now)].join(DOT),
    icon: iconOf(death.cause, death.wound !== undefined),
    isUnseen,
    contextValue: isUnseen ? ITEMS.deathUnseen : ITEMS.deathSeen,
    spoken: [
      nameOf(death),
      ...woundedWords(death),
      causeSentence(death.cause),
      endText(death),
      ...host,
      age,
      ...unseenWord(isUnseen),
    ].join(', '),
  };
}

/** Below its loop's row the name says nothing new, and a narrow view would cut off what does. */
function turnRow(entry: DeathEntry, context: RowContext): RowText {
  const label = ago(entry.death.at, context.now);
  return { ...deathRow(entry, context), label, description: endText(entry.death) };
}

function loopRow(entries: readonly [DeathEntry, ...DeathEntry[]], context: RowContext): RowText {
  const [newest] = entries;
  const isUnseen = entries.some((entry) => !context.isSeen(entry));
  // The agent counts on when older deaths are not loaded, or kept, any more.
  const total = Math.max(entries.length, newest.death.repetition?.count ?? 0);
  const times = t('{0} times', total);
  const row = deathRow(newest, context);
  return {
    ...row,
    description: `×${String(total)}${DOT}${row.description}`,
    isUnseen,
    contextValue: isUnseen ? ITEMS.loopUnseen : ITEMS.loopSeen,
    spoken: [t('Restart loop'), times, row.spoken].join(', '),
  };
}

function woundedWords({ wound }: DeathEntry['death']): readonly string[] {
  if (wound === undefined) return [];
  const times = wound.count > 1 ? [t('{0} times', wound.count)] : [];
  return [t('wounded, still running'), ...times];
}

function unseenWord(isUnseen: boolean): readonly string[] {
  return isUnseen ? [t('unseen')] : [];
}
