/** Says whether a value that was read back has the shape it was written with. */
export type Guard<T> = (value: unknown) => value is T;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

export function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

export function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(guard);
}

export function oneOf<const T extends string>(...words: readonly T[]): Guard<T> {
  const known: ReadonlySet<unknown> = new Set(words);
  return (value): value is T => known.has(value);
}

/** Every field of `T` needs a guard, so that a field added to a type cannot be forgotten here. */
export function shape<T extends object>(guards: { readonly [K in keyof Required<T>]: Guard<T[K]> }): Guard<T> {
  return (value): value is T => {
    if (!isRecord(value)) return false;
    for (const key in guards) {
      if (!guards[key](value[key])) return false;
    }
    return true;
  };
}
