import { Cursor, Malformed } from './cursor.ts';
import type { FrameDescription } from './unwind-table.ts';

/** Where the caller's value of a register is. */
export type RegisterRule =
  | { readonly kind: 'same' }
  | { readonly kind: 'undefined' }
  /** In memory at CFA + offset. */
  | { readonly kind: 'saved'; readonly offset: bigint }
  /** Is CFA + offset. */
  | { readonly kind: 'value'; readonly offset: bigint }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'expression'; readonly bytes: Buffer; readonly isValue: boolean };

/** The canonical frame address: the stack pointer before the call. */
export type CfaRule =
  | { readonly kind: 'register'; readonly register: number; readonly offset: bigint }
  | { readonly kind: 'expression'; readonly bytes: Buffer };

export interface FrameRules {
  cfa: CfaRule | undefined;
  registers: Map<number, RegisterRule>;
}

const STEPS_MAX = 100_000;
const REMEMBERED_MAX = 64;
const REGISTERS_MAX = 128;

/** Runs the programs of a description up to an address. @throws Malformed */
export function rulesAt(description: FrameDescription, address: number): FrameRules {
  const initial: FrameRules = { cfa: undefined, registers: new Map() };
  new Machine(description, initial, undefined, address).run(description.initial);
  const rules: FrameRules = { cfa: initial.cfa, registers: new Map(initial.registers) };
  const machine = new Machine(description, rules, initial, address);
  machine.run(description.instructions);
  return machine.rules;
}

class Machine {
  rules: FrameRules;
  readonly #of: FrameDescription;
  readonly #initial: FrameRules | undefined;
  readonly #until: number;
  readonly #remembered: FrameRules[] = [];
  #location: number;

  constructor(of: FrameDescription, rules: FrameRules, initial: FrameRules | undefined, until: number) {
    this.rules = rules;
    this.#of = of;
    this.#initial = initial;
    this.#until = until;
    this.#location = of.start;
  }

  run(program: Buffer): void {
    const cursor = new Cursor(program);
    for (let steps = 0; !cursor.isAtEnd; steps += 1) {
      if (steps > STEPS_MAX) throw new Malformed('an endless program');
      const byte = cursor.u8();
      const low = byte & 0x3f;
      switch (byte >> 6) {
        case 1:
          if (!this.#advance(low)) return;
          break;
        case 2:
          this.#set(low, { kind: 'saved', offset: cursor.uleb() * this.#of.dataAlign });
          break;
        case 3:
          this.#restore(low);
          break;
        default:
          if (!this.#extended(low, cursor)) return;
      }
    }
  }

  /** False once the rest of the program is about later instructions. */
  #advance(delta: number): boolean {
    this.#location += delta * Number(this.#of.codeAlign);
    return this.#location <= this.#until;
  }

  #set(register: number, rule: RegisterRule): void {
    if (register >= REGISTERS_MAX) throw new Malformed('a register that no processor has');
    this.rules.registers.set(register, rule);
  }

  #restore(register: number): void {
    const rule = this.#initial?.registers.get(register);
    if (rule === undefined) this.rules.registers.delete(register);
    else this.rules.registers.set(register, rule);
  }

  #offsetCfa(offset: bigint): void {
    const { cfa } = this.rules;
    if (cfa?.kind !== 'register') throw new Malformed('an offset to no register');
    this.rules.cfa = { ...cfa, offset };
  }

  #extended(operation: number, cursor: Cursor): boolean {
    switch (operation) {
      case 0x00:
      case 0x2d: // Arm64: the return address is signed from here on; the marks are taken off anyway.
        return true;
      case 0x01:
        this.#location = Number(cursor.u64());
        return this.#location <= this.#until;
      case 0x02:
        return this.#advance(cursor.u8());
      case 0x03:
        return this.#advance(cursor.u16());
      case 0x04:
        return this.#advance(cursor.u32());
      case 0x0a:
        if (this.#remembered.length >= REMEMBERED_MAX) throw new Malformed('too much to remember');
        this.#remembered.push({ cfa: this.rules.cfa, registers: new Map(this.rules.registers) });
        return true;
      case 0x0b:
        this.rules = this.#remembered.pop() ?? this.rules;
        return true;
      case 0x2e:
        cursor.uleb();
        return true;
      default:
        if (operation >= 0x0c && operation <= 0x13 && operation !== 0x10 && operation !== 0x11)
          this.#defineCfa(operation, cursor);
        else this.#defineRegister(operation, cursor);
        return true;
    }
  }

  #defineCfa(operation: number, cursor: Cursor): void {
    switch (operation) {
      case 0x0c:
        this.rules.cfa = { kind: 'register', register: cursor.count(), offset: cursor.uleb() };
        return;
      case 0x0d: {
        const { cfa } = this.rules;
        this.rules.cfa = {
          kind: 'register',
          register: cursor.count(),
          offset: cfa?.kind === 'register' ? cfa.offset : 0n,
        };
        return;
      }
      case 0x0e:
        this.#offsetCfa(cursor.uleb());
        return;
      case 0x0f:
        this.rules.cfa = { kind: 'expression', bytes: cursor.bytes(cursor.count()) };
        return;
      case 0x12:
        this.rules.cfa = {
          kind: 'register',
          register: cursor.count(),
          offset: cursor.sleb() * this.#of.dataAlign,
        };
        return;
      default:
        this.#offsetCfa(cursor.sleb() * this.#of.dataAlign);
    }
  }

  #defineRegister(operation: number, cursor: Cursor): void {
    const register = cursor.count();
    const align = this.#of.dataAlign;
    switch (operation) {
      case 0x05:
        this.#set(register, { kind: 'saved', offset: cursor.uleb() * align });
        return;
      case 0x06:
        this.#restore(register);
        return;
      case 0x07:
        this.#set(register, { kind: 'undefined' });
        return;
      case 0x08:
        this.#set(register, { kind: 'same' });
        return;
      case 0x09:
        this.#set(register, { kind: 'register', register: cursor.count() });
        return;
      case 0x10:
        this.#set(register, { kind: 'expression', bytes: cursor.bytes(cursor.count()), isValue: false });
        return;
      case 0x11:
        this.#set(register, { kind: 'saved', offset: cursor.sleb() * align });
        return;
      case 0x14:
        this.#set(register, { kind: 'value', offset: cursor.uleb() * align });
        return;
      case 0x15:
        this.#set(register, { kind: 'value', offset: cursor.sleb() * align });
        return;
      case 0x16:
        this.#set(register, { kind: 'expression', bytes: cursor.bytes(cursor.count()), isValue: true });
        return;
      case 0x2f:
        this.#set(register, { kind: 'saved', offset: -cursor.uleb() * align });
        return;
      default:
        throw new Malformed('an unknown instruction');
    }
  }
}
