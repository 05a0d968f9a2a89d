import { US_PER_MS } from '../../domain/time.ts';
import type { HierarchyName } from './hierarchies.ts';
import { parseKeyed, parseLimit, parseNumber, parsePressure } from './parse.ts';
import type { Field, Row } from './ring.ts';

/** A file of a cgroup and how to read it into a sample. */
export interface VitalsFile {
  readonly hierarchy: HierarchyName;
  readonly name: string;
  readonly read: (bytes: Buffer, length: number, row: Row) => void;
}

function single(hierarchy: HierarchyName, name: string, field: Field, divisor = 1): VitalsFile {
  return {
    hierarchy,
    name,
    read: (bytes, length, row) => {
      row.set(field, Math.floor(parseNumber(bytes, 0, length) / divisor));
    },
  };
}

function limit(hierarchy: HierarchyName, name: string, field: Field): VitalsFile {
  return {
    hierarchy,
    name,
    read: (bytes, length, row) => {
      row.set(field, parseLimit(bytes, length));
    },
  };
}

interface Key {
  readonly key: string;
  readonly field: Field;
  readonly divisor?: number;
}

function keyed(hierarchy: HierarchyName, name: string, wanted: readonly Key[]): VitalsFile {
  const keys = wanted.map(({ key }) => Buffer.from(key));
  return {
    hierarchy,
    name,
    read: (bytes, length, row) => {
      parseKeyed(bytes, length, keys, (index, value) => {
        const found = wanted[index];
        if (found !== undefined) row.set(found.field, Math.floor(value / (found.divisor ?? 1)));
      });
    },
  };
}

const NS_PER_US = US_PER_MS;

/** `kernel` came with 5.18; before it the parts are added up. */
const KERNEL_PARTS = ['kernel_stack', 'pagetables', 'percpu', 'slab'].map((key) => Buffer.from(key));
const V2_MEMORY_STAT = keyed('unified', 'memory.stat', [
  { key: 'anon', field: 'anonBytes' },
  { key: 'file', field: 'fileBytes' },
  { key: 'shmem', field: 'shmemBytes' },
  { key: 'kernel', field: 'kernelBytes' },
]);

export const V2_FILES: readonly VitalsFile[] = [
  single('unified', 'memory.current', 'memoryBytes'),
  limit('unified', 'memory.max', 'memoryLimitBytes'),
  {
    ...V2_MEMORY_STAT,
    read: (bytes, length, row) => {
      let parts = Number.NaN;
      parseKeyed(bytes, length, KERNEL_PARTS, (_index, value) => {
        parts = (Number.isNaN(parts) ? 0 : parts) + value;
      });
      row.set('kernelBytes', parts);
      V2_MEMORY_STAT.read(bytes, length, row);
    },
  },
  {
    hierarchy: 'unified',
    name: 'memory.pressure',
    read: (bytes, length, row) => {
      row.set('memoryPressurePercent', parsePressure(bytes, length));
    },
  },
  single('unified', 'pids.current', 'pids'),
  limit('unified', 'pids.max', 'pidsLimit'),
  keyed('unified', 'cpu.stat', [
    { key: 'usage_usec', field: 'cpuUsageUs' },
    { key: 'nr_periods', field: 'cpuPeriods' },
    { key: 'nr_throttled', field: 'cpuThrottledPeriods' },
    { key: 'throttled_usec', field: 'cpuThrottledUs' },
  ]),
];

/** `total_…` counts the cgroups below as well, as every figure of v2 does. */
export const V1_FILES: readonly VitalsFile[] = [
  single('memory', 'memory.usage_in_bytes', 'memoryBytes'),
  limit('memory', 'memory.limit_in_bytes', 'memoryLimitBytes'),
  keyed('memory', 'memory.stat', [
    { key: 'total_rss', field: 'anonBytes' },
    { key: 'total_cache', field: 'fileBytes' },
    { key: 'total_shmem', field: 'shmemBytes' },
  ]),
  single('memory', 'memory.kmem.usage_in_bytes', 'kernelBytes'),
  single('pids', 'pids.current', 'pids'),
  limit('pids', 'pids.max', 'pidsLimit'),
  single('cpuacct', 'cpuacct.usage', 'cpuUsageUs', NS_PER_US),
  keyed('cpu', 'cpu.stat', [
    { key: 'nr_periods', field: 'cpuPeriods' },
    { key: 'nr_throttled', field: 'cpuThrottledPeriods' },
    { key: 'throttled_time', field: 'cpuThrottledUs', divisor: NS_PER_US },
  ]),
];
