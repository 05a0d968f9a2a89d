import { ARM64_SYSCALLS, X86_64_SYSCALLS } from './syscall-tables.ts';

const AUDIT_ARCH_X86_64 = 0xc000003e;
const AUDIT_ARCH_AARCH64 = 0xc00000b7;
/** 32-bit programs have tables of their own. */
const AUDIT_ARCH_I386 = 0x40000003;
const AUDIT_ARCH_ARM = 0x40000028;
/** The x32 flavour of x86-64: the same calls, but for those above 512. */
const X32_BIT = 0x4000_0000;

/** `mount`, or `number 500` where the table has no name for it. `arch` is the AUDIT_ARCH constant of siginfo. */
export function syscallName(number: number | undefined, arch: number | undefined): string {
  if (number === undefined) return 'of unknown number';
  const unsigned = arch === undefined ? undefined : arch >>> 0;
  switch (unsigned) {
    case AUDIT_ARCH_X86_64:
      return X86_64_SYSCALLS.get(number & ~X32_BIT) ?? `number ${String(number)}`;
    case AUDIT_ARCH_AARCH64:
      return ARM64_SYSCALLS.get(number) ?? `number ${String(number)}`;
    case AUDIT_ARCH_I386:
    case AUDIT_ARCH_ARM:
      return `number ${String(number)} of a 32-bit program`;
    default:
      return `number ${String(number)}`;
  }
}
