import { demangleRustV0 } from './demangle-rust-v0.ts';
import { demangleRust } from './demangle-rust.ts';
import { BUILT_IN, BUILT_IN_D, OPERATORS, STANDARD } from './demangle-tables.ts';

/**
 * What a person calls a function: `Warehouse::close`, without its parameters. Itanium names (C++) and Rust's, of
 * which the older are built alike; whatever else there is stays as it is.
 */
export function demangle(symbol: string): string {
  if (symbol.length > SYMBOL_MAX) return symbol;
  if (symbol.startsWith('_R')) {
    const name = demangleRustV0(symbol) ?? symbol;
    return name.length > NAME_MAX ? symbol : name;
  }
  if (!symbol.startsWith('_Z')) return symbol;
  const rust = demangleRust(symbol);
  if (rust !== undefined) return rust;
  try {
    const name = new Demangler(symbol.slice(2)).encoding();
    return name === '' || name.length > NAME_MAX ? symbol : name;
  } catch (error) {
    if (error instanceof NotUnderstood) return symbol;
    throw error;
  }
}

const SYMBOL_MAX = 1_024;
const NAME_MAX = 512;
/** However deep a hostile name nests, and however often it repeats itself. */
const DEPTH_MAX = 48;
const WORK_MAX = 4_096;

class NotUnderstood extends Error {}

/** Reads a name from left to right; its parameters come after it and are not needed. */
class Demangler {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #work = 0;
  readonly #known: string[] = [];
  #arguments: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  encoding(): string {
    if (this.#eat('T')) return this.#special();
    if (this.#eat('GV')) return `guard variable for ${this.#name()}`;
    return this.#name();
  }

  #special(): string {
    if (this.#eat('h') || this.#eat('v')) {
      // A thunk: an offset, then the function that it leads to.
      while (/[-n0-9_]/.test(this.#peek())) this.#at += 1;
      return this.encoding();
    }
    throw new NotUnderstood();
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #eat(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    this.#work += 1;
    if (this.#depth > DEPTH_MAX || this.#work > WORK_MAX) throw new NotUnderstood();
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #remember(name: string): string {
    if (name.length > NAME_MAX) throw new NotUnderstood();
    this.#known.push(name);
    return name;
  }

  #name(): string {
    return this.#nested(() => {
      if (this.#eat('N')) return this.#nestedName();
      if (this.#eat('Z')) return this.#localName();
      const isSubstitution = this.#peek() === 'S' && !this.#text.startsWith('St', this.#at);
      let name = isSubstitution ? this.#substitution() : this.#unscoped();
      if (this.#peek() === 'I') {
        if (!isSubstitution) this.#remember(name);
        name += this.#templateArguments();
      }
      return name;
    });
  }

  #unscoped(): string {
    return this.#eat('St') ? `std::${this.#unqualified('')}` : this.#unqualified('');
  }

  #nestedName(): string {
    while (/[rVKRO]/.test(this.#peek())) this.#at += 1;
    let name = '';
    let last = '';
    while (!this.#eat('E')) {
      this.#work += 1;
      if (this.#work > WORK_MAX || this.#at >= this.#text.length) throw new NotUnderstood();
      if (this.#peek() === 'S' && !this.#text.startsWith('St', this.#at)) {
        name = this.#substitution();
        last = baseOf(name);
        continue;
      }
      if (this.#peek() === 'I') {
        name += this.#templateArguments();
      } else if (this.#peek() === 'T') {
        name = this.#templateParameter();
      } else if (this.#eat('St')) {
        name = 'std';
        continue;
      } else {
        const part = this.#unqualified(last);
        last = part;
        name = name === '' ? part : `${name}::${part}`;
      }
      if (this.#peek() !== 'E') this.#remember(name);
    }
    return name;
  }

  #localName(): string {
    const outer = this.#nested(() => this.encoding());
    // The enclosing function's parameters: skipped by what must follow them.
    while (!this.#eat('E')) this.#type();
    if (this.#eat('s')) {
      this.#discriminator();
      return outer;
    }
    if (this.#eat('d')) {
      while (/[0-9]/.test(this.#peek())) this.#at += 1;
      if (!this.#eat('_')) throw new NotUnderstood();
    }
    const inner = this.#name();
    this.#discriminator();
    return `${outer}::${inner}`;
  }

  #discriminator(): void {
    if (!this.#eat('_')) return;
    while (/[_0-9]/.test(this.#peek())) this.#at += 1;
  }

  #unqualified(enclosing: string): string {
    while (this.#eat('L')) continue;
    const first = this.#peek();
    let name: string;
    if (/[0-9]/.test(first)) name = this.#source();
    else if (first === 'C' || (first === 'D' && /[0-5]/.test(this.#text[this.#at + 1] ?? ''))) {
      this.#at += 2;
      name = first === 'C' ? enclosing : `~${enclosing}`;
    } else if (this.#eat('Ut') || this.#eat('Ul')) name = this.#unnamed();
    else if (this.#eat('cv')) name = `operator ${this.#type()}`;
    else if (this.#eat('li')) name = `operator"" ${this.#source()}`;
    else {
      const operator = OPERATORS.get(this.#text.slice(this.#at, this.#at + 2));
      if (operator === undefined) throw new NotUnderstood();
      this.#at += 2;
      name = `operator${operator}`;
    }
    while (this.#eat('B')) name += `[${this.#source()}]`;
    return name;
  }

  #unnamed(): string {
    const isLambda = this.#text[this.#at - 1] === 'l';
    if (isLambda) while (!this.#eat('E')) this.#type();
    let number = '';
    while (/[0-9]/.test(this.#peek())) {
      number += this.#peek();
      this.#at += 1;
    }
    if (!this.#eat('_')) throw new NotUnderstood();
    const ordinal = number === '' ? 1 : Number(number) + 2;
    return `{${isLambda ? 'lambda' : 'unnamed type'}#${String(ordinal)}}`;
  }

  #source(): string {
    let digits = '';
    while (/[0-9]/.test(this.#peek())) {
      digits += this.#peek();
      this.#at += 1;
    }
    const length = Number(digits);
    const name = this.#text.slice(this.#at, this.#at + length);
    if (digits === '' || length === 0 || name.length < length) throw new NotUnderstood();
    this.#at += length;
    return name.startsWith('_GLOBAL__N') ? '(anonymous namespace)' : name;
  }

  #substitution(): string {
    this.#at += 1;
    const letter = this.#peek();
    const standard = STANDARD.get(letter);
    if (standard !== undefined) {
      this.#at += 1;
      return standard;
    }
    return found(this.#known, this.#index(36));
  }

  #templateParameter(): string {
    this.#at += 1;
    return found(this.#arguments, this.#index(10));
  }

  /** `_` is the first, `0_` the second. */
  #index(base: number): number {
    let digits = '';
    while (/[0-9A-Z]/.test(this.#peek())) {
      digits += this.#peek();
      this.#at += 1;
    }
    if (!this.#eat('_')) throw new NotUnderstood();
    return digits === '' ? 0 : Number.parseInt(digits, base) + 1;
  }

  #templateArguments(): string {
    this.#at += 1;
    const list: string[] = [];
    while (!this.#eat('E')) list.push(this.#templateArgument());
    this.#arguments = list;
    return `<${list.filter((one) => one !== '').join(', ')}>`;
  }

  #templateArgument(): string {
    return this.#nested(() => {
      if (this.#eat('J')) {
        const list: string[] = [];
        while (!this.#eat('E')) list.push(this.#templateArgument());
        return list.join(', ');
      }
      if (this.#eat('L')) return this.#literal();
      if (this.#eat('X')) throw new NotUnderstood();
      return this.#type();
    });
  }

  #literal(): string {
    if (this.#eat('_Z')) {
      const name = this.encoding();
      while (!this.#eat('E')) this.#type();
      return name;
    }
    const type = this.#type();
    const end = this.#text.indexOf('E', this.#at);
    if (end < 0) throw new NotUnderstood();
    const value = this.#text.slice(this.#at, end).replace(/^n/, '-');
    this.#at = end + 1;
    if (type === 'bool') return value === '0' ? 'false' : 'true';
    return value;
  }

  #type(): string {
    return this.#nested(() => {
      const first = this.#peek();
      const builtIn = BUILT_IN.get(first);
      if (builtIn !== undefined) {
        this.#at += 1;
        return builtIn;
      }
      const compound = COMPOUND.get(first);
      if (compound !== undefined) {
        this.#at += 1;
        return this.#remember(compound(this.#type()));
      }
      return this.#otherType(first);
    });
  }

  #otherType(first: string): string {
    if (first === 'D') {
      const builtIn = BUILT_IN_D.get(this.#text[this.#at + 1] ?? '');
      if (builtIn !== undefined) {
        this.#at += 2;
        return builtIn;
      }
      if (this.#eat('Dp')) return this.#remember(`${this.#type()}...`);
      throw new NotUnderstood();
    }
    if (this.#eat('F')) {
      this.#eat('Y');
      const types: string[] = [];
      while (!this.#eat('E')) types.push(this.#type());
      const [result = 'void', ...parameters] = types;
      return this.#remember(`${result} (${parameters.join(', ').replace(/^void$/, '')})`);
    }
    if (this.#eat('A')) {
      let size = '';
      while (/[0-9]/.test(this.#peek())) {
        size += this.#peek();
        this.#at += 1;
      }
      if (!this.#eat('_')) throw new NotUnderstood();
      return this.#remember(`${this.#type()} [${size}]`);
    }
    if (this.#eat('M')) {
      const of = this.#type();
      return this.#remember(`${this.#type()} ${of}::*`);
    }
    if (first === 'T') {
      let name = this.#remember(this.#templateParameter());
      if (this.#peek() === 'I') name = this.#remember(name + this.#templateArguments());
      return name;
    }
    if (first === 'S' && !this.#text.startsWith('St', this.#at)) {
      const name = this.#substitution();
      return this.#peek() === 'I' ? this.#remember(name + this.#templateArguments()) : name;
    }
    return this.#remember(this.#name());
  }
}

const COMPOUND: ReadonlyMap<string, (type: string) => string> = new Map([
  ['P', (type) => `${type}*`],
  ['R', (type) => `${type}&`],
  ['O', (type) => `${type}&&`],
  ['K', (type) => `${type} const`],
  ['V', (type) => `${type} volatile`],
  ['r', (type) => `${type} restrict`],
]);

function found(list: readonly string[], index: number): string {
  const value = list[index];
  if (value === undefined) throw new NotUnderstood();
  return value;
}

/** `basic_string` of `std::basic_string<char>`: what a constructor is called by. */
function baseOf(name: string): string {
  const plain = name.replace(/<.*$/, '');
  const base = plain.slice(plain.lastIndexOf(':') + 1);
  return base === 'string' ? 'basic_string' : base;
}
