import type { MemoryLevel } from '../../domain/evidence.ts';
import { LAYOUT } from '../../native/layout.ts';
import type { DecodeContext, RecordView } from './fields.ts';
import { withoutUndefined } from './fields.ts';

interface RawLevel {
  readonly cgroup: bigint;
  readonly name: string;
  readonly usageBytes: number;
  readonly limitBytes: number | undefined;
  readonly peakBytes: number;
  readonly killsGroup: true | undefined;
  /** Out-of-memory events of this level since they were last looked at; `undefined` when never looked at before. */
  readonly moved: number | undefined;
  readonly movedNs: bigint;
}

/** Kills of one event follow one another this closely; only the first finds the counter moved. */
const SAME_EVENT_NS = 100_000_000n;
/** With memory.oom.group many die of one event, and the kernel writes of each to a console that may be slow. */
const GROUP_EVENT_NS = 10_000_000_000n;

export function readLevels(view: RecordView, context: DecodeContext, container: bigint, timeNs: bigint): MemoryLevel[] {
  const count = Math.min(view.u32(LAYOUT['oom_kill.n_levels']), LAYOUT.levels_max);
  const raw = Array.from({ length: count }, (_, index) =>
    readLevel(view, LAYOUT['oom_kill.levels'] + index * LAYOUT.oom_level, context),
  );
  const own = raw.findIndex(({ cgroup }) => cgroup === container);
  const reached = reachedLevel(raw, timeNs);
  return raw.map((level, index) =>
    withoutUndefined({
      name: level.name,
      isContainer: index === own,
      isNested: index < own,
      usageBytes: level.usageBytes,
      limitBytes: level.limitBytes,
      peakBytes: level.peakBytes,
      killsGroup: level.killsGroup,
      reachedLimit: index === reached,
    }),
  );
}

/**
 * The level whose own counter moved. Where several moved since the last kill (an event need not end in
 * a kill), the one that is fullest now; the innermost when equally full.
 */
function reachedLevel(levels: readonly RawLevel[], timeNs: bigint): number {
  const event = levels.some(({ killsGroup }) => killsGroup) ? GROUP_EVENT_NS : SAME_EVENT_NS;
  const moved = levels.map((level) => (level.moved ?? 0) > 0);
  const candidates = moved.some((did) => did)
    ? moved
    : levels.map(({ movedNs }) => movedNs !== 0n && timeNs - movedNs < event);
  let best = -1;
  let fullest = -1;
  levels.forEach((level, index) => {
    const fill = level.limitBytes === undefined ? 0 : level.usageBytes / level.limitBytes;
    if (candidates[index] === true && fill > fullest) {
      best = index;
      fullest = fill;
    }
  });
  return best;
}

function readLevel(view: RecordView, offset: number, context: DecodeContext): RawLevel {
  const limitPages = view.optional(offset + LAYOUT['oom_level.limit_pages']);
  return {
    cgroup: view.u64(offset + LAYOUT['oom_level.cgroup']),
    name: view.text(offset + LAYOUT['oom_level.name'], 64) ?? '/',
    usageBytes: view.number(offset + LAYOUT['oom_level.usage_pages']) * context.pageBytes,
    limitBytes: limitPages === undefined ? undefined : limitPages * context.pageBytes,
    peakBytes: view.number(offset + LAYOUT['oom_level.peak_pages']) * context.pageBytes,
    killsGroup: view.u64(offset + LAYOUT['oom_level.oom_group']) === 0n ? undefined : true,
    moved: view.optional(offset + LAYOUT['oom_level.oom_moved']),
    movedNs: view.u64(offset + LAYOUT['oom_level.moved_ns']),
  };
}
