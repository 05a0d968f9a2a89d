/**
 * Names of Rust's newer scheme (RFC 2603): `shop::Cart<i32>::first` of `_RNvMNtC4shop…`. Without the hashes of crates
 * and the types of constants, which tell a person nothing.
 */

const DEPTH_MAX = 48;
/** A back reference may repeat much with little: this bounds time and length alike. */
const WORK_MAX = 2_048;
const DIGITS_MAX = 10;
const NAMES_OF_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ a: 'i8', b: 'bool', c: 'char', d: 'f64', e: 'str', f: 'f32', h: 'u8', i: 'isize', j: 'usize', l: 'i32' },
    ...{ m: 'u32', n: 'i128', o: 'u128', p: '_', s: 'i16', t: 'u16', u: '()', v: '...', x: 'i64', y: 'u64', z: '!' },
  }),
);

class NotUnderstood extends Error {}

/** `undefined` for what is not of this scheme. */
export function demangleRustV0(symbol: string): string | undefined {
  if (!/^_R[A-Z]/.test(symbol)) return undefined;
  try {
    return new Reader(symbol.slice(2).split('.', 1)[0] ?? '').symbol();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #work = 0;
  /** Lifetimes that `for<…>` has named around here. */
  #bound = 0;

  constructor(text: string) {
    this.#text = text;
  }

  symbol(): string {
    return this.#path(true);
  }

  #path(isValue: boolean): string {
    return this.#deeper(() => {
      switch (this.#next()) {
        case 'C':
          return this.#identifier().name;
        case 'M':
          this.#implementation();
          return `<${this.#type()}>`;
        case 'X': {
          this.#implementation();
          return this.#asTrait();
        }
        case 'Y':
          return this.#asTrait();
        case 'N':
          return this.#nested(isValue);
        case 'I': {
          const path = this.#path(isValue);
          return `${path}${isValue ? '::' : ''}<${this.#upTo('E', () => this.#argument()).join(', ')}>`;
        }
        case 'B':
          return this.#back(() => this.#path(isValue));
        default:
          throw new NotUnderstood();
      }
    });
  }

  #asTrait(): string {
    const type = this.#type();
    return `<${type} as ${this.#path(false)}>`;
  }

  /** Where the implementation stands says less than what it is for. */
  #implementation(): void {
    this.#disambiguator();
    this.#path(false);
  }

  #nested(isValue: boolean): string {
    const namespace = this.#next();
    if (!/[A-Za-z]/.test(namespace)) throw new NotUnderstood();
    const path = this.#path(isValue);
    const { name, number } = this.#identifier();
    if (namespace >= 'a') return name === '' ? path : `${path}::${name}`;
    const kind = namespace === 'C' ? 'closure' : namespace === 'S' ? 'shim' : namespace;
    return `${path}::{${kind}${name === '' ? '' : `:${name}`}#${String(number)}}`;
  }

  #argument(): string {
    if (this.#accept('L')) return this.#lifetime(this.#base62());
    if (this.#accept('K')) return this.#constant();
    return this.#type();
  }

  #type(): string {
    return this.#deeper(() => {
      const tag = this.#next();
      const basic = NAMES_OF_TYPES.get(tag);
      if (basic !== undefined) return basic;
      switch (tag) {
        case 'A': {
          const type = this.#type();
          return `[${type}; ${this.#constant()}]`;
        }
        case 'S':
          return `[${this.#type()}]`;
        case 'T': {
          const types = this.#upTo('E', () => this.#type());
          return types.length === 1 ? `(${types.join('')},)` : `(${types.join(', ')})`;
        }
        case 'R':
        case 'Q':
          return `&${this.#borrowed()}${tag === 'Q' ? 'mut ' : ''}${this.#type()}`;
        case 'P':
          return `*const ${this.#type()}`;
        case 'O':
          return `*mut ${this.#type()}`;
        case 'F':
          return this.#scope(() => this.#signature());
        case 'D':
          return this.#dynamic();
        case 'B':
          return this.#back(() => this.#type());
        default:
          this.#at -= 1;
          return this.#path(false);
      }
    });
  }

  #borrowed(): string {
    if (!this.#accept('L')) return '';
    const number = this.#base62();
    return number === 0 ? '' : `${this.#lifetime(number)} `;
  }

  #signature(): string {
    const binder = this.#binder();
    const unsafe = this.#accept('U') ? 'unsafe ' : '';
    let abi = '';
    if (this.#accept('K')) abi = `extern "${this.#accept('C') ? 'C' : this.#plainName().replaceAll('_', '-')}" `;
    const types = this.#upTo('E', () => this.#type());
    const result = this.#accept('u') ? '' : ` -> ${this.#type()}`;
    return `${binder}${unsafe}${abi}fn(${types.join(', ')})${result}`;
  }

  #dynamic(): string {
    const traits = this.#scope(() => {
      const binder = this.#binder();
      return `${binder}${this.#upTo('E', () => this.#trait()).join(' + ')}`;
    });
    if (!this.#accept('L')) throw new NotUnderstood();
    const number = this.#base62();
    return `dyn ${traits}${number === 0 ? '' : ` + ${this.#lifetime(number)}`}`;
  }

  #trait(): string {
    const path = this.#path(false);
    const bindings: string[] = [];
    while (this.#accept('p')) {
      const name = this.#plainName();
      bindings.push(`${name} = ${this.#type()}`);
    }
    if (bindings.length === 0) return path;
    return path.endsWith('>') ? `${path.slice(0, -1)}, ${bindings.join(', ')}>` : `${path}<${bindings.join(', ')}>`;
  }

  #binder(): string {
    if (!this.#accept('G')) return '';
    const count = this.#base62() + 1;
    if (count > DEPTH_MAX) throw new NotUnderstood();
    const names = Array.from({ length: count }, () => {
      this.#bound += 1;
      return this.#lifetime(1);
    });
    return `for<${names.join(', ')}> `;
  }

  #scope(work: () => string): string {
    const before = this.#bound;
    const text = work();
    this.#bound = before;
    return text;
  }

  #lifetime(number: number): string {
    if (number === 0) return "'_";
    const depth = this.#bound - number;
    if (depth < 0) throw new NotUnderstood();
    return depth < 26 ? `'${String.fromCodePoint(97 + depth)}` : `'_${String(depth)}`;
  }

  #constant(): string {
    return this.#deeper(() => {
      if (this.#accept('B')) return this.#back(() => this.#constant());
      const tag = this.#next();
      if (tag === 'p') return '_';
      // Structures and texts as constants are rare, and long.
      if (!/[abchijlmnostxy]/.test(tag)) throw new NotUnderstood();
      const sign = this.#accept('n') ? '-' : '';
      const digits = this.#match(/[0-9a-f]{0,32}_/y).slice(0, -1);
      const value = digits === '' ? 0n : BigInt(`0x${digits}`);
      if (tag === 'b') return value === 0n ? 'false' : 'true';
      if (tag === 'c')
        return value >= 0x20n && value < 0x7fn ? `'${String.fromCodePoint(Number(value))}'` : `'\\u{${digits}}'`;
      return `${sign}${String(value)}`;
    });
  }

  #identifier(): { readonly name: string; readonly number: number } {
    const number = this.#disambiguator();
    return { name: this.#plainName(), number };
  }

  #disambiguator(): number {
    return this.#accept('s') ? this.#base62() + 1 : 0;
  }

  /** Names with letters beyond ASCII are in Punycode, which stays as it is. */
  #plainName(): string {
    const isCoded = this.#accept('u');
    const length = Number(this.#match(/0|[1-9][0-9]{0,4}/y));
    this.#accept('_');
    const name = this.#text.slice(this.#at, this.#at + length);
    if (name.length !== length) throw new NotUnderstood();
    this.#at += length;
    return isCoded ? `punycode{${name}}` : name;
  }

  /** `_` is 0, `0_` is 1. */
  #base62(): number {
    const digits = this.#match(/[0-9a-zA-Z]*_/y).slice(0, -1);
    if (digits === '') return 0;
    if (digits.length > DIGITS_MAX) {
      // Only the hash of a crate is as long as this, and nobody asks for it.
      return 0;
    }
    let value = 0;
    for (const digit of digits) value = value * 62 + ALPHABET.indexOf(digit);
    return value + 1;
  }

  #back(read: () => string): string {
    const start = this.#at - 1;
    const to = this.#base62();
    if (to >= start) throw new NotUnderstood();
    const here = this.#at;
    this.#at = to;
    const text = read();
    this.#at = here;
    return text;
  }

  #upTo(end: string, read: () => string): string[] {
    const items: string[] = [];
    while (!this.#accept(end)) items.push(read());
    return items;
  }

  #deeper(work: () => string): string {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new NotUnderstood();
    const text = work();
    this.#work += 1 + text.length / 64;
    if (this.#work > WORK_MAX) throw new NotUnderstood();
    this.#depth -= 1;
    return text;
  }

  #next(): string {
    const letter = this.#text.charAt(this.#at);
    if (letter === '') throw new NotUnderstood();
    this.#at += 1;
    return letter;
  }

  #accept(letter: string): boolean {
    if (this.#text.charAt(this.#at) !== letter) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new NotUnderstood();
    this.#at += found.length;
    return found;
  }
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
