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
      return deathRow(node.entry, context);
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
      return {
        label: t('Load older deaths'),
        description: '',
        icon: { id: 'ellipsis', color: '' },
        isUnseen: false,
        contextValue: ITEMS.more,
        spoken: t('Load older deaths'),
      };
  }
}

function deathRow(entry: DeathEntry, { now, isSeen, hostLabel }: RowContext): RowText {
  const { death, hostId } = entry;
  const isUnseen = !isSeen(entry);
  const host = hostLabel === undefined ? [] : [hostLabel(hostId)];
  const age = ago(death.at, now);
  return {
    label: nameOf(death),
    description: [endText(death), ...host, shortAgo(death.at, now)].join(DOT),
    icon: iconOf(death.cause),
    isUnseen,
    contextValue: isUnseen ? ITEMS.deathUnseen : ITEMS.deathSeen,
    spoken: [nameOf(death), causeSentence(death.cause), endText(death), ...host, age, ...unseenWord(isUnseen)].join(
      ', ',
    ),
  };
}

function loopRow(entries: readonly [DeathEntry, ...DeathEntry[]], context: RowContext): RowText {
  const [newest] = entries;
  const isUnseen = entries.some((entry) => !context.isSeen(entry));
  const times = t('{0} times', entries.length);
  const row = deathRow(newest, context);
  return {
    ...row,
    description: `×${String(entries.length)}${DOT}${row.description}`,
    isUnseen,
    contextValue: isUnseen ? ITEMS.loopUnseen : ITEMS.loopSeen,
    spoken: [t('Restart loop'), times, row.spoken].join(', '),
  };
}

function unseenWord(isUnseen: boolean): readonly string[] {
  return isUnseen ? [t('unseen')] : [];
}
