/** A type as plain readonly data, so that two spellings of the same shape compare as equal. */
export type Plain<T> = T extends readonly (infer Item)[]
  ? readonly Plain<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

// The compiler compares two deferred conditional types for identity only when each has a parameter of its own.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `true` only for the very same shape: a field more or less, also an optional one, does not compile. */
export type Same<A, B> = Equal<Plain<A>, Plain<B>>;

/** Holds two types to each other: `const check: Same<Parsed, Domain> = SAME`. */
export const SAME = true;
