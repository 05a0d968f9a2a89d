import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAUSE_IDS, causeFamily } from '../../../../agent/domain/causes.ts';
import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import { foldLoops } from '../../../../extension/deaths/fold.ts';
import { isGrouping } from '../../../../extension/deaths/grouping.ts';
import type { Grouping } from '../../../../extension/deaths/grouping.ts';
import { iconOf } from '../../../../extension/deaths/icons.ts';
import { childrenOf, rootsOf } from '../../../../extension/deaths/tree.ts';
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
      entry(3, { at: NOW - DAY }),
      entry(4, { at: NOW }),
      entry(5, { at: NOW - 1 }),
    ];
    const roots = rootsOf(entries, 'time', CONTEXT, true);
    assert.deepEqual(labels(roots), ['Today', 'Yesterday', 'Last 7 Days', 'October 2026', 'more']);
    const [today] = roots;
    assert.ok(today !== undefined);
    assert.deepEqual(
      childrenOf(today).map((node) => node.kind === 'death' && node.entry.death.sequence),
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
        .flatMap(childrenOf)
        .map(({ id }) => id);
    };
    assert.deepEqual(rowIds(3), rowIds(7));
  });

  it('stays quick with 100,000 deaths', () => {
    const entries = Array.from({ length: 100_000 }, (_, index) =>
      entry(index, { at: NOW - index * 60 * US_PER_SECOND, containerName: `web-${String(index % 500)}` }),
    );
    const roots = rootsOf(entries, 'time', CONTEXT, false);
    const rows = roots.flatMap(childrenOf);
    assert.equal(rows.length, 100_000);
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
