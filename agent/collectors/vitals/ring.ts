import type { EpochUs } from '../../domain/time.ts';
import type { VitalsSample } from '../../domain/vitals.ts';

/** The numbers of a sample, in the order in which they are kept. */
export const FIELDS = [
  'memoryBytes',
  'memoryLimitBytes',
  'anonBytes',
  'fileBytes',
  'shmemBytes',
  'kernelBytes',
  'memoryPressurePercent',
  'pids',
  'pidsLimit',
  'cpuUsageUs',
  'cpuPeriods',
  'cpuThrottledPeriods',
  'cpuThrottledUs',
] as const satisfies readonly Exclude<keyof VitalsSample, 'at' | 'processes'>[];

export type Field = (typeof FIELDS)[number];

const INDEX: ReadonlyMap<Field, number> = new Map(FIELDS.map((field, index) => [field, index]));

/** One sample being taken. NaN is 'not there'. */
export class Row {
  readonly values = new Float64Array(FIELDS.length);

  get(field: Field): number {
    return this.values[INDEX.get(field) ?? 0] ?? Number.NaN;
  }

  clear(): void {
    this.values.fill(Number.NaN);
  }

  set(field: Field, value: number): void {
    this.values[INDEX.get(field) ?? 0] = value;
  }
}

/** The last `capacity` samples in one block of memory, made once. */
export class SampleRing {
  readonly #capacity: number;
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#values = new Float64Array(capacity * FIELDS.length);
    this.#times = new Float64Array(capacity);
  }

  get length(): number {
    return Math.min(this.#count, this.#capacity);
  }

  push(at: EpochUs, row: Row): void {
    const slot = this.#count % this.#capacity;
    this.#times[slot] = at;
    this.#values.set(row.values, slot * FIELDS.length);
    this.#count += 1;
  }

  /** A field of the sample `back` samples before the newest; NaN when there is none. */
  value(field: Field, back: number): number {
    if (back >= this.length) return Number.NaN;
    const slot = (this.#count - 1 - back) % this.#capacity;
    return this.#values[slot * FIELDS.length + (INDEX.get(field) ?? 0)] ?? Number.NaN;
  }

  /** Oldest first. */
  samples(): readonly VitalsSample[] {
    return Array.from({ length: this.length }, (_, index) => this.#sample(this.length - 1 - index));
  }

  #sample(back: number): VitalsSample {
    const sample: { -readonly [K in keyof VitalsSample]: VitalsSample[K] } = {
      at: this.#times[(this.#count - 1 - back) % this.#capacity] ?? 0,
    };
    for (const field of FIELDS) {
      const value = this.value(field, back);
      if (!Number.isNaN(value)) sample[field] = value;
    }
    return sample;
  }
}
