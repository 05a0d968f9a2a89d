import { Cursor, Malformed } from './cursor.ts';

const STEPS_MAX = 1_000;
const DEPTH_MAX = 64;
const DW_OP_LIT0 = 0x30;
const DW_OP_REG0 = 0x50;
const DW_OP_BREG0 = 0x70;
const DW_OP_BREG31 = 0x8f;

/** What an expression may ask of the frame. Each throws Malformed for what is not known. */
export interface ExpressionContext {
  register(number: number): bigint;
  memory(address: bigint): bigint;
}

/** Evaluates a DWARF expression of an unwind table. @throws Malformed */
export function evaluate(bytes: Buffer, context: ExpressionContext, initial?: bigint): bigint {
  const cursor = new Cursor(bytes);
  const stack: bigint[] = initial === undefined ? [] : [initial];
  const pop = (): bigint => {
    const value = stack.pop();
    if (value === undefined) throw new Malformed('an expression that takes from an empty stack');
    return value;
  };
  for (let steps = 0; !cursor.isAtEnd; steps += 1) {
    if (steps > STEPS_MAX || stack.length > DEPTH_MAX) throw new Malformed('an expression without an end');
    const operation = cursor.u8();
    const value = constant(operation, cursor) ?? derived(operation, cursor, context, pop);
    if (value !== undefined) stack.push(BigInt.asUintN(64, value));
    else shuffle(operation, cursor, stack, pop);
  }
  return pop();
}

function constant(operation: number, cursor: Cursor): bigint | undefined {
  if (operation >= DW_OP_LIT0 && operation < DW_OP_REG0) return BigInt(operation - DW_OP_LIT0);
  switch (operation) {
    case 0x03:
    case 0x0e:
      return cursor.u64();
    case 0x08:
      return BigInt(cursor.u8());
    case 0x09:
      return BigInt(cursor.i8());
    case 0x0a:
      return BigInt(cursor.u16());
    case 0x0b:
      return BigInt(cursor.i16());
    case 0x0c:
      return BigInt(cursor.u32());
    case 0x0d:
      return BigInt(cursor.i32());
    case 0x0f:
      return cursor.i64();
    case 0x10:
      return cursor.uleb();
    case 0x11:
      return cursor.sleb();
    default:
      return undefined;
  }
}

function derived(operation: number, cursor: Cursor, context: ExpressionContext, pop: () => bigint): bigint | undefined {
  if (operation >= DW_OP_BREG0 && operation <= DW_OP_BREG31)
    return context.register(operation - DW_OP_BREG0) + cursor.sleb();
  switch (operation) {
    case 0x06:
      return context.memory(pop());
    case 0x1f:
      return -BigInt.asIntN(64, pop());
    case 0x20:
      return ~pop();
    case 0x23:
      return pop() + cursor.uleb();
    case 0x92: {
      const register = cursor.count();
      return context.register(register) + cursor.sleb();
    }
    default:
      return binary(operation, pop);
  }
}

function binary(operation: number, pop: () => bigint): bigint | undefined {
  const apply = BINARY.get(operation);
  if (apply === undefined) return undefined;
  const top = pop();
  return apply(pop(), top);
}

const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
const truth = (is: boolean): bigint => (is ? 1n : 0n);
const shift = (value: bigint): bigint => (value > 63n ? 64n : value);

const BINARY: ReadonlyMap<number, (left: bigint, right: bigint) => bigint> = new Map([
  [0x1a, (a, b) => a & b],
  [0x1c, (a, b) => a - b],
  [0x1e, (a, b) => a * b],
  [0x21, (a, b) => a | b],
  [0x22, (a, b) => a + b],
  [0x24, (a, b) => a << shift(b)],
  [0x25, (a, b) => a >> shift(b)],
  [0x26, (a, b) => signed(a) >> shift(b)],
  [0x27, (a, b) => a ^ b],
  [0x29, (a, b) => truth(a === b)],
  [0x2a, (a, b) => truth(signed(a) >= signed(b))],
  [0x2b, (a, b) => truth(signed(a) > signed(b))],
  [0x2c, (a, b) => truth(signed(a) <= signed(b))],
  [0x2d, (a, b) => truth(signed(a) < signed(b))],
  [0x2e, (a, b) => truth(a !== b)],
]);

/** What moves values and jumps, but makes none. */
function shuffle(operation: number, cursor: Cursor, stack: bigint[], pop: () => bigint): void {
  switch (operation) {
    case 0x12: {
      const top = pop();
      stack.push(top, top);
      return;
    }
    case 0x13:
      pop();
      return;
    case 0x16: {
      const top = pop();
      const second = pop();
      stack.push(top, second);
      return;
    }
    case 0x28:
    case 0x2f: {
      const distance = cursor.i16();
      if (operation === 0x2f || pop() !== 0n) cursor.at += distance;
      if (cursor.at < 0 || cursor.at > cursor.length) throw new Malformed('a jump out of the expression');
      return;
    }
    case 0x96:
      return;
    default:
      throw new Malformed('an operation that unwinding does not need');
  }
}
