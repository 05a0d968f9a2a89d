import type { DeathEntry } from './entry.ts';
import { byTime, keyOf, refOf } from './entry.ts';
import { foldLoops } from './fold.ts';
import type { Folded } from './fold.ts';
import { groupOf } from './grouping.ts';
import type { Grouping, GroupingContext, GroupLabel } from './grouping.ts';

export interface DeathNode {
  readonly kind: 'death';
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

export type TreeNode = DeathNode | LoopNode | GroupNode | MoreNode;

const MORE: MoreNode = { kind: 'more', id: 'more' };

/** The groups, their newest deaths first. Their rows are made only when they are opened. */
export function rootsOf(
  entries: readonly DeathEntry[],
  grouping: Grouping,
  context: GroupingContext,
  hasMore: boolean,
): readonly TreeNode[] {
  const groups = new Map<string, { label: GroupLabel; entries: DeathEntry[] }>();
  for (const entry of entries.toSorted(byTime)) {
    const label = groupOf(entry, grouping, context);
    const group = groups.get(label.key);
    if (group === undefined) groups.set(label.key, { label, entries: [entry] });
    else group.entries.push(entry);
  }
  const nodes = [...groups.values()].map((group, index): GroupNode => ({
    kind: 'group',
    id: `group ${grouping} ${group.label.key}`,
    label: group.label,
    entries: group.entries,
    isFirst: index === 0,
  }));
  return hasMore ? [...nodes, MORE] : nodes;
}

export function childrenOf(node: TreeNode): readonly TreeNode[] {
  switch (node.kind) {
    case 'group':
      return foldLoops(node.entries).map((folded) => rowOf(folded, node.id));
    case 'loop':
      return node.entries.map((entry) => deathNode(entry, node.id));
    case 'death':
    case 'more':
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
