import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAUSE_IDS, causeFamily } from '../../../../agent/domain/causes.ts';
import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import { groupWithMore } from '../../../../extension/commands/targets.ts';
import { foldLoops } from '../../../../extension/deaths/fold.ts';
import { isGrouping } from '../../../../extension/deaths/grouping.ts';
import type { Grouping } from '../../../../extension/deaths/grouping.ts';
import { iconOf } from '../../../../extension/deaths/icons.ts';
import { childrenOf, ROWS_SHOWN, rootsOf } from '../../../../extension/deaths/tree.ts';
import type { TreeNode } from '../../../../extension/deaths/tree.ts';
import { entry, NOW } from './support.ts';

const CONTEXT = { now: NOW, hostLabel: (hostId: string) => `host ${hostId}` };
const DAY = 86_400 * US_PER_SECOND;

function labels(nodes: readonly TreeNode[]): readonly string[] {
  return nodes.map((node) => (node.kind === 'group' ? node.label.label : node.kind));
}

describe('the tree', () => {
  it('groups by time, newest first, and ends with what is not loaded', () => {
    const entries = [
      entry(1, { at: NOW - 40 * DAY }),
      entry(2, { at: NOW - 3 * DAY }),
      entry(3, { at: NOW - DAY - 1 }),
      entry(4, { at: NOW }),
      entry(5, { at: NOW - 1 }),
    ];
    const roots = rootsOf(entries, 'time', CONTEXT, true);
    assert.deepEqual(labels(roots), ['Last 24 Hours', 'Last 7 Days', 'October 2026', 'more']);
    const [recent] = roots;
    assert.ok(recent !== undefined);
    assert.deepEqual(
      childrenOf(recent).map((node) => node.kind === 'death' && node.entry.death.sequence),
      [4, 5],
    );
  });

  it('groups by host, cause, image and project or pod', () => {
    const entries = [
      entry(4, { project: 'shop' }, 'a'),
      entry(3, { image: undefined, pod: 'shop/cart-0' }, 'b'),
      entry(2, { cause: 'crash.abort' }, 'b'),
    ];
    const by = (grouping: Grouping): readonly string[] => labels(rootsOf(entries, grouping, CONTEXT, false));
    assert.deepEqual(by('host'), ['host a', 'host b']);
    assert.deepEqual(by('cause'), ['Out of memory', 'Crashed']);
    assert.deepEqual(by('image'), ['shop/web:1', 'Unknown image']);
    assert.deepEqual(by('project'), ['shop', 'shop/cart-0', 'No project or pod']);
    assert.ok(isGrouping('host') && !isGrouping('weather'));
  });

  it('shows wounded containers first, under a heading of their own, whatever the grouping', () => {
    const wound = { signature: 's', count: 3, firstAt: NOW - 60, lastAt: NOW };
    const entries = [entry(3), entry(2, { wound, at: NOW - 40 * DAY }), entry(1)];
    for (const grouping of ['time', 'host', 'cause'] as const) {
      const [first, second] = rootsOf(entries, grouping, CONTEXT, false);
      assert.ok(first?.kind === 'group' && second?.kind === 'group');
      assert.equal(first.label.label, 'Wounded, Still Running');
      assert.deepEqual(
        first.entries.map(({ death }) => death.sequence),
        [2],
      );
      assert.ok(first.isFirst && second.isFirst, 'both are open');
      assert.equal(second.entries.length, 2);
    }
    assert.notEqual(iconOf('oom.container', true).id, iconOf('oom.container').id);
  });

  it('folds by the agent’s word for the same end, over new names and images, and counts as it does', () => {
    const again = (sequence: number): ReturnType<typeof entry> =>
      entry(sequence, {
        image: `shop/web:${String(sequence)}`,
        repetition: { signature: 'same', count: 40 + sequence, firstAt: NOW - DAY, lastAt: NOW },
      });
    const [folded, ...more] = foldLoops([again(3), again(2), again(1)]);
    assert.deepEqual([folded?.length, more.length], [3, 0]);
  });

  it('folds a restart loop into one row, and keeps other containers between its deaths apart', () => {
    const loop = { containerName: 'crashy', cause: 'exit.error', exit: { kind: 'exited', code: 1 } } as const;
    const entries = [
      entry(1, loop),
      entry(2, loop),
      entry(3),
      entry(4, loop),
      entry(5, { ...loop, cause: 'kill.host' }),
    ];
    const [group] = rootsOf(entries, 'time', CONTEXT, false);
    assert.ok(group !== undefined);
    const rows = childrenOf(group);
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['death', 'loop', 'death'],
    );
    const [, folded] = rows;
    assert.ok(folded?.kind === 'loop');
    assert.deepEqual(
      childrenOf(folded).map((node) => node.kind === 'death' && node.entry.death.sequence),
      [4, 2, 1],
    );
  });

  it('does not take two of a kind, or days apart, for a loop', () => {
    const twice = [entry(2, { containerName: 'x' }), entry(1, { containerName: 'x' })];
    assert.deepEqual(
      foldLoops(twice).map(({ length }) => length),
      [1, 1],
    );
    const daily = [0, 1, 2].map((days) => entry(9 - days, { containerName: 'x', at: NOW - days * DAY }));
    assert.deepEqual(
      foldLoops(daily).map(({ length }) => length),
      [1, 1, 1],
    );
  });

  it('keeps the ids of its rows when a loop goes on', () => {
    const loop = { containerName: 'crashy' };
    const rowIds = (count: number): readonly string[] => {
      const entries = Array.from({ length: count }, (_, index) => entry(index + 1, loop));
      return rootsOf(entries, 'time', CONTEXT, false)
        .flatMap((node) => childrenOf(node))
        .map(({ id }) => id);
    };
    assert.deepEqual(rowIds(3), rowIds(7));
  });

  it('shows of 100,000 deaths as many as anybody looks at, and more when asked to', () => {
    const entries = Array.from({ length: 100_000 }, (_, index) =>
      entry(index, { at: NOW - index * 60 * US_PER_SECOND, containerName: `web-${String(index % 500)}` }),
    );
    const roots = rootsOf(entries, 'time', CONTEXT, false);
    const counts = roots.map((node) => (node.kind === 'group' ? node.entries.length : 0));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      100_000,
    );
    const month = roots.at(2);
    assert.ok(month?.kind === 'group' && month.entries.length > ROWS_SHOWN);
    const rows = childrenOf(month);
    const rest = rows.at(-1);
    assert.equal(rows.length, ROWS_SHOWN + 1);
    assert.ok(rest?.kind === 'rest' && rest.count === month.entries.length - ROWS_SHOWN);
    assert.equal(groupWithMore(rest), month.id);
    assert.equal(childrenOf(month, 2 * ROWS_SHOWN).length, 2 * ROWS_SHOWN + 1);
  });
});

describe('icons', () => {
  it('differ in shape from family to family', () => {
    const shapes = new Map(
      CAUSE_IDS.filter((id) => id !== 'exit.success').map((id) => [causeFamily(id), iconOf(id).id]),
    );
    assert.equal(new Set(shapes.values()).size, shapes.size);
    assert.notEqual(iconOf('exit.success').id, iconOf('exit.error').id);
  });

  it('use colours of the theme only', () => {
    for (const id of CAUSE_IDS) assert.match(iconOf(id).color, /^[a-zA-Z]+(?:\.[a-zA-Z]+)?$/);
    assert.equal(iconOf('stop.graceful').color, iconOf('exit.success').color);
  });
});
