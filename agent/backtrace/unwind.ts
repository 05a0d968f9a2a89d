import type { Interrupted } from '../domain/evidence.ts';
import type { CapturedFault, CodeMapping } from '../domain/fault.ts';
import { hexAddress, x86Access } from '../domain/fault.ts';
import type { Architecture } from './architecture.ts';
import { ARCHITECTURES, CALL_BYTES } from './architecture.ts';
import { Malformed } from './cursor.ts';
import type { ElfFile } from './elf.ts';
import { evaluate } from './expression.ts';
import type { FrameRules, RegisterRule } from './frame-rules.ts';
import { rulesAt } from './frame-rules.ts';
import { descriptionAt } from './unwind-table.ts';

/** Code of the process, with its file where it could be opened. */
export interface Module {
  readonly mapping: CodeMapping;
  readonly elf: ElfFile | undefined;
}

/** How a frame was found: by the registers themselves, by unwind tables, or by the chain of frame pointers. */
export type FoundBy = 'registers' | 'table' | 'frame-pointer';

export interface UnwoundFrame {
  /** The instruction, or the one after the call. */
  readonly address: bigint;
  /** Inside the instruction that is meant: a return address may already belong to the next function. */
  readonly inside: bigint;
  readonly module: Module | undefined;
  readonly foundBy: FoundBy;
  /** A signal came here. */
  readonly interrupted: Interrupted | undefined;
}

export interface Unwound {
  readonly frames: readonly UnwoundFrame[];
  /** There are more: the copied piece of the stack ended, or there are very many. */
  readonly isTruncated: boolean;
}

const FRAMES_MAX = 64;
const WORD_BYTES = 8;

type Registers = (bigint | undefined)[];

interface Frame {
  readonly registers: Registers;
  readonly isCall: boolean;
  readonly foundBy: FoundBy;
  readonly interrupted?: Interrupted;
}

/** Walks from the faulting instruction to the start of the thread. Throws nothing: what cannot be read ends the walk. */
export function unwind(fault: CapturedFault, modules: readonly Module[]): Unwound {
  if (fault.registerSet === undefined) return { frames: [], isTruncated: false };
  return new Unwinder(fault, modules, ARCHITECTURES[fault.registerSet]).walk();
}

class StackEnd extends Malformed {}

class Unwinder {
  readonly #fault: CapturedFault;
  readonly #modules: readonly Module[];
  readonly #machine: Architecture;
  readonly #stack: Buffer;

  constructor(fault: CapturedFault, modules: readonly Module[], machine: Architecture) {
    this.#fault = fault;
    this.#modules = modules;
    this.#machine = machine;
    this.#stack = Buffer.from(fault.stack.buffer, fault.stack.byteOffset, fault.stack.byteLength);
  }

  walk(): Unwound {
    const frames: UnwoundFrame[] = [];
    let frame: Frame | undefined = {
      registers: this.#fault.registers.slice(0, this.#machine.count),
      // The pointer stands behind a breakpoint, as it stands behind a call.
      isCall: this.#fault.fault.trapInstruction === 'int3',
      foundBy: 'registers',
    };
    try {
      while (frame !== undefined) {
        const shown = this.#show(frame);
        if (shown === undefined) break;
        if (frames.length === FRAMES_MAX) return { frames, isTruncated: true };
        frames.push(shown);
        frame = this.#caller(frame, shown, frames.length === 1);
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return { frames, isTruncated: error instanceof StackEnd };
    }
    return { frames, isTruncated: false };
  }

  #show({ registers, isCall, foundBy, interrupted }: Frame): UnwoundFrame | undefined {
    const value = registers[this.#machine.instruction];
    if (value === undefined || (value === 0n && isCall)) return undefined;
    const address = this.#machine.codeAddress(value);
    const inside = isCall ? address - 1n : address;
    return { address, inside, module: this.#moduleAt(inside), foundBy, interrupted };
  }

  #moduleAt(address: bigint): Module | undefined {
    return this.#modules.find(({ mapping }) => address >= mapping.start && address < mapping.end);
  }

  #caller(frame: Frame, shown: UnwoundFrame, isFirst: boolean): Frame | undefined {
    if (this.#isSignalReturn(frame, shown)) return this.#beforeSignal(frame);
    const byTable = this.#byTable(frame, shown);
    if (byTable !== 'no-table') return byTable;
    if (isFirst && shown.module === undefined) {
      const jumped = this.#backFromJump(frame);
      if (jumped !== undefined) return jumped;
    }
    return this.#byFramePointer(frame);
  }

  /** C libraries do not all describe their call of rt_sigreturn() in a table, and the kernel's own is in no file. */
  #isSignalReturn({ registers, isCall }: Frame, { address, module }: UnwoundFrame): boolean {
    const { signal, stackPointer } = this.#machine;
    const sp = registers[stackPointer];
    if (sp === undefined || !isCall) return false;
    if (module?.elf === undefined) {
      if (signal.mark === undefined || module?.mapping.file !== undefined) return false;
      const at = sp + BigInt(signal.mark.offset);
      return this.#hasWord(at) && this.#memory(at) === signal.mark.word;
    }
    const image = imageAddress(module, address);
    if (image === undefined) return false;
    try {
      return module.elf.at(image, signal.returnCode.length).equals(signal.returnCode);
    } catch (error) {
      if (error instanceof Malformed) return false;
      throw error;
    }
  }

  /** Where the signal came, which may have been on another stack. */
  #beforeSignal({ registers }: Frame): Frame {
    const { signal, stackPointer } = this.#machine;
    const sp = known(registers[stackPointer]);
    const word = (offset: number): bigint => this.#memory(BigInt.asUintN(64, sp + BigInt(offset)));
    const before: Registers = [...registers];
    for (const [register, offset] of signal.registers) before[register] = word(offset);
    const access =
      signal.trap === undefined || signal.error === undefined
        ? undefined
        : x86Access(word(signal.trap), word(signal.error));
    return {
      registers: before,
      isCall: false,
      foundBy: 'table',
      interrupted: {
        stackPointer: hexAddress(known(before[stackPointer])),
        address: hexAddress(word(signal.faultAddress)),
        ...(access === undefined ? {} : { access }),
      },
    };
  }

  #byTable(frame: Frame, { inside, module }: UnwoundFrame): Frame | undefined | 'no-table' {
    if (module?.elf === undefined) return 'no-table';
    const address = imageAddress(module, inside);
    if (address === undefined) return 'no-table';
    let rules: FrameRules;
    let isSignal: boolean;
    let returnRegister: number;
    try {
      const description = descriptionAt(module.elf, address);
      if (description === undefined) return 'no-table';
      rules = rulesAt(description, address);
      ({ isSignal, returnRegister } = description);
    } catch (error) {
      if (error instanceof Malformed) return 'no-table';
      throw error;
    }
    const registers = this.#apply(frame.registers, rules);
    const back = registers[returnRegister];
    if (back === undefined || back === 0n) return undefined;
    registers[this.#machine.instruction] = this.#machine.codeAddress(back);
    return this.#goesOn(frame, { registers, isCall: !isSignal, foundBy: 'table' });
  }

  /** A caller lies deeper in the stack; the frame of a leaf on arm64 takes none of it. */
  #goesOn(from: Frame, to: Frame): Frame | undefined {
    const { stackPointer, instruction, linkRegister } = this.#machine;
    const [before, after] = [from.registers[stackPointer], to.registers[stackPointer]];
    if (before === undefined || after === undefined) return undefined;
    // A handler may have run on a stack of its own.
    if (!to.isCall) return to;
    if (after < before) return undefined;
    const isLeaf = linkRegister !== undefined && from.foundBy === 'registers';
    if (after === before && (!isLeaf || from.registers[instruction] === to.registers[instruction])) return undefined;
    return to;
  }

  #apply(from: Registers, rules: FrameRules): Registers {
    const context = {
      register: (number: number): bigint => known(from[number]),
      memory: (address: bigint): bigint => this.#memory(address),
    };
    if (rules.cfa === undefined) throw new Malformed('a frame without an address');
    const cfa =
      rules.cfa.kind === 'expression'
        ? evaluate(rules.cfa.bytes, context)
        : BigInt.asUintN(64, known(from[rules.cfa.register]) + rules.cfa.offset);
    const valueOf = (rule: RegisterRule, old: bigint | undefined): bigint | undefined => {
      switch (rule.kind) {
        case 'same':
          return old;
        case 'undefined':
          return undefined;
        case 'saved':
          return this.#memory(BigInt.asUintN(64, cfa + rule.offset));
        case 'value':
          return BigInt.asUintN(64, cfa + rule.offset);
        case 'register':
          return from[rule.register];
        case 'expression': {
          const value = evaluate(rule.bytes, context, cfa);
          return rule.isValue ? value : this.#memory(value);
        }
      }
    };
    const registers = [...from];
    registers[this.#machine.stackPointer] = cfa;
    for (const [number, rule] of rules.registers) registers[number] = valueOf(rule, from[number]);
    return registers;
  }

  /** After a call through a bad pointer only the return address tells where it came from. */
  #backFromJump({ registers }: Frame): Frame | undefined {
    const { stackPointer, instruction, linkRegister } = this.#machine;
    const sp = registers[stackPointer];
    if (sp === undefined) return undefined;
    const back = linkRegister === undefined ? this.#memory(sp) : registers[linkRegister];
    if (back === undefined || !this.#follows(back)) return undefined;
    const caller = [...registers];
    caller[instruction] = this.#machine.codeAddress(back);
    if (linkRegister === undefined) caller[stackPointer] = sp + BigInt(WORD_BYTES);
    return { registers: caller, isCall: true, foundBy: 'registers' };
  }

  /** Code without tables: that of a JIT compiler, or of a file that is not there. */
  #byFramePointer({ registers }: Frame): Frame | undefined {
    const { framePointer, stackPointer, instruction } = this.#machine;
    const [fp, sp] = [registers[framePointer], registers[stackPointer]];
    if (fp === undefined || sp === undefined || fp < sp || fp % BigInt(WORD_BYTES) !== 0n) return undefined;
    if (!this.#hasWord(fp) || !this.#hasWord(fp + BigInt(WORD_BYTES))) return undefined;
    const back = this.#memory(fp + BigInt(WORD_BYTES));
    if (!this.#follows(back)) return undefined;
    const caller: Registers = registers.map(() => undefined);
    caller[framePointer] = this.#memory(fp);
    caller[stackPointer] = fp + BigInt(2 * WORD_BYTES);
    caller[instruction] = this.#machine.codeAddress(back);
    return { registers: caller, isCall: true, foundBy: 'frame-pointer' };
  }

  /** Whether a value can be a return address: in code, and after a call where the code can be read. */
  #follows(value: bigint): boolean {
    const address = this.#machine.codeAddress(value);
    const module = this.#moduleAt(address - 1n);
    if (module === undefined) return false;
    if (module.elf === undefined) return true;
    const at = imageAddress(module, address - 1n);
    if (at === undefined) return false;
    try {
      return this.#machine.endsWithCall(module.elf.at(at + 1 - CALL_BYTES, CALL_BYTES));
    } catch (error) {
      if (error instanceof Malformed) return false;
      throw error;
    }
  }

  #hasWord(address: bigint): boolean {
    const offset = address - this.#fault.stackStart;
    return offset >= 0n && offset + BigInt(WORD_BYTES) <= BigInt(this.#stack.length);
  }

  #memory(address: bigint): bigint {
    if (!this.#hasWord(address)) {
      if (address >= this.#fault.stackStart) throw new StackEnd('beyond what was copied of the stack');
      throw new Malformed('not on the stack');
    }
    return this.#stack.readBigUInt64LE(Number(address - this.#fault.stackStart));
  }
}

function known(value: bigint | undefined): bigint {
  if (value === undefined) throw new Malformed('a register whose value is lost');
  return value;
}

/** An address of the process in the words of the file. */
export function imageAddress({ mapping, elf }: Module, address: bigint): number | undefined {
  return elf?.addressOf(Number(address - mapping.start + mapping.fileOffset));
}
