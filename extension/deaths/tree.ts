import type { DeathEntry } from './entry.ts';
import { byTime, keyOf, refOf } from './entry.ts';
import { foldLoops } from './fold.ts';
import type { Folded } from './fold.ts';
import { grouperOf, WOUNDED } from './grouping.ts';
import type { Grouping, GroupingContext, GroupLabel } from './grouping.ts';

export interface DeathNode {
  readonly kind: 'death';
  /** One of many of the same name: told apart by when it was. */
  readonly isOfLoop?: true;
  readonly id: string;
  readonly entry: DeathEntry;
}

/** The same container with the same end, again and again. */
export interface LoopNode {
  readonly kind: 'loop';
  readonly id: string;
  /** Newest first. */
  readonly entries: Folded;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly label: GroupLabel;
  readonly entries: readonly DeathEntry[];
  readonly isFirst: boolean;
}

/** Older deaths that were not asked for yet. */
export interface MoreNode {
  readonly kind: 'more';
  readonly id: 'more';
}

/** Deaths of a group that are here and not shown: the editor draws anew all rows that it was given. */
export interface RestNode {
  readonly kind: 'rest';
  readonly id: string;
  readonly groupId: string;
  readonly count: number;
}

export type TreeNode = DeathNode | LoopNode | GroupNode | MoreNode | RestNode;

/** Nobody looks through so many rows; those who do ask for more. */
export const ROWS_SHOWN = 1_000;

const MORE: MoreNode = { kind: 'more', id: 'more' };

/** The groups, their newest deaths first. Their rows are made only when they are opened. */
export function rootsOf(
  entries: readonly DeathEntry[],
  grouping: Grouping,
  context: GroupingContext,
  hasMore: boolean,
): readonly TreeNode[] {
  const groups = new Map<string, { label: GroupLabel; entries: DeathEntry[] }>();
  const groupOf = grouperOf(grouping, context);
  for (const entry of entries.toSorted(byTime)) {
    const label = groupOf(entry);
    const group = groups.get(label.key);
    if (group === undefined) groups.set(label.key, { label, entries: [entry] });
    else group.entries.push(entry);
  }
  const first = groups.get(WOUNDED);
  groups.delete(WOUNDED);
  const ordered = first === undefined ? [...groups.values()] : [first, ...groups.values()];
  const nodes = ordered.map((group, index): GroupNode => ({
    kind: 'group',
    id: `group ${grouping} ${group.label.key}`,
    label: group.label,
    entries: group.entries,
    isFirst: index === 0 || (index === 1 && first !== undefined),
  }));
  return hasMore ? [...nodes, MORE] : nodes;
}

/** `shown`: how many deaths of a group. */
export function childrenOf(node: TreeNode, shown: number = ROWS_SHOWN): readonly TreeNode[] {
  switch (node.kind) {
    case 'group': {
      const { id, entries } = node;
      const rows = foldLoops(entries.slice(0, shown)).map((folded) => rowOf(folded, id));
      const count = entries.length - shown;
      return count <= 0 ? rows : [...rows, { kind: 'rest', id: `${id} rest`, groupId: id, count }];
    }
    case 'loop':
      return node.entries.map((entry): DeathNode => ({ ...deathNode(entry, node.id), isOfLoop: true }));
    case 'death':
    case 'more':
    case 'rest':
      return [];
  }
}

function rowOf(folded: Folded, parent: string): TreeNode {
  const [newest, ...older] = folded;
  if (older.length === 0) return deathNode(newest, parent);
  const oldest = older.at(-1) ?? newest;
  // By its oldest death: the loop stays the same row while it goes on.
  return { kind: 'loop', id: `${parent} loop ${keyOf(refOf(oldest))}`, entries: folded };
}

function deathNode(entry: DeathEntry, parent: string): DeathNode {
  return { kind: 'death', id: `${parent} ${keyOf(refOf(entry))}`, entry };
}
