import { decodeWaitStatus } from './exit-status.ts';
import { explainExitCode, MAX_EXIT_CODE } from './exit-codes.ts';
import type { ExitCodeKnowledge, ExitCodeMeaning } from './exit-codes.ts';
import { SIGRTMAX, signalName } from './signals.ts';

/**
 * Numbers that are called exit codes although no Linux process can end with them: they come from Windows, from a
 * status that was not decoded, or from a program that takes the low byte of something larger.
 */
const NT_STATUS: ReadonlyMap<number, string> = new Map([
  [0x40010004, 'DBG_TERMINATE_PROCESS: a debugger or the end of the session ended it'],
  [0x80000003, 'STATUS_BREAKPOINT: a breakpoint that no debugger took, often a failed assertion'],
  [0x80131506, 'COR_E_EXECUTIONENGINE: an internal error of the .NET runtime'],
  [0x80131623, 'COR_E_FAILFAST: the .NET program called Environment.FailFast'],
  [0x800705af, 'ERROR_COMMITMENT_LIMIT: the page file is too small'],
  [0xc0000005, 'STATUS_ACCESS_VIOLATION: it used memory it may not use, as SIGSEGV on Linux'],
  [0xc0000006, 'STATUS_IN_PAGE_ERROR: a mapped file could not be read, as SIGBUS on Linux'],
  [0xc0000008, 'STATUS_INVALID_HANDLE: a handle that is not open'],
  [0xc0000017, 'STATUS_NO_MEMORY: memory ran out'],
  [0xc000001d, 'STATUS_ILLEGAL_INSTRUCTION: an instruction that the processor does not have, as SIGILL on Linux'],
  [0xc0000022, 'STATUS_ACCESS_DENIED: no permission'],
  [0xc000007b, 'STATUS_INVALID_IMAGE_FORMAT: a library for another architecture (32 and 64 bits)'],
  [0xc0000094, 'STATUS_INTEGER_DIVIDE_BY_ZERO: a division by zero, as SIGFPE on Linux'],
  [0xc0000096, 'STATUS_PRIVILEGED_INSTRUCTION: a forbidden instruction'],
  [0xc00000fd, 'STATUS_STACK_OVERFLOW: the stack overflowed'],
  [0xc000012d, 'STATUS_COMMITMENT_LIMIT: memory and page file ran out'],
  [0xc0000135, 'STATUS_DLL_NOT_FOUND: a library is missing'],
  [0xc0000139, 'STATUS_ENTRYPOINT_NOT_FOUND: a library lacks a function, often because it has another version'],
  [0xc000013a, 'STATUS_CONTROL_C_EXIT: Ctrl-C, a closed console or docker stop, as SIGINT on Linux'],
  [0xc0000142, 'STATUS_DLL_INIT_FAILED: a library failed while it was loaded'],
  [0xc0000374, 'STATUS_HEAP_CORRUPTION: the heap was damaged'],
  [0xc0000409, 'STATUS_STACK_BUFFER_OVERRUN: it aborted itself (fail fast), as SIGABRT on Linux'],
  [0xc0000602, 'STATUS_FAIL_FAST_EXCEPTION: it ended itself after an error it could not go on after'],
  [0xe0434352, 'an exception of .NET that nobody caught'],
  [0xe06d7363, 'a C++ exception that nobody caught'],
]);

const BYTES_4 = 0x1_0000_0000;
const LEAST = -0x8000_0000;
export const MOST_STATUS = BYTES_4 - 1;
const FIRST_WINDOWS = 0x4000_0000;
const MOST_WAIT_STATUS = 0xffff;
const BYTE = 0xff;

/** Whether `explainStatus` has an answer: whole numbers of 32 bits, signed or not. */
export function isStatus(value: number): boolean {
  return Number.isInteger(value) && value >= LEAST && value <= MOST_STATUS;
}

/** Explains any number that is called an exit code. @throws RangeError beyond 32 bits */
export function explainStatus(status: number, program?: string): ExitCodeKnowledge {
  if (!isStatus(status)) throw new RangeError('an exit status is a whole number of at most 32 bits');
  if (status >= 0 && status <= MAX_EXIT_CODE) return explainExitCode(status, program);
  const unsigned = status < 0 ? status + BYTES_4 : status;
  const meanings = [...windows(unsigned), ...negatedSignal(status), ...waitStatus(status), ...lowByte(status)];
  return {
    code: status,
    summary: summaryOf(status, unsigned),
    meanings,
    notProof: [
      'A Linux container cannot end with this number: an exit code there is one byte, 0 to 255.',
      ...(unsigned >= FIRST_WINDOWS || status < 0
        ? []
        : ['It does not say by itself whether somebody forgot to decode a status or wrote a number of their own.']),
    ],
  };
}

function summaryOf(status: number, unsigned: number): string {
  if (NT_STATUS.has(unsigned)) return `a status of Windows (${hex(unsigned)}), not an exit code of Linux`;
  if (status < 0) return `no exit code of Linux; as one byte it would be ${String(status & BYTE)}`;
  if (unsigned >= FIRST_WINDOWS) return `no exit code of Linux, most likely a status of Windows (${hex(unsigned)})`;
  return `no exit code of Linux: they end at ${String(MAX_EXIT_CODE)}; as one byte it would be ${String(status & BYTE)}`;
}

function hex(unsigned: number): string {
  return `0x${unsigned.toString(16).toUpperCase().padStart(8, '0')}`;
}

function windows(unsigned: number): ExitCodeMeaning[] {
  if (unsigned < FIRST_WINDOWS) return [];
  const text = NT_STATUS.get(unsigned);
  const context = 'Windows containers and programs';
  if (text !== undefined)
    return [
      {
        text,
        source: 'Microsoft documentation, [MS-ERREF] NTSTATUS values',
        context,
      },
    ];
  // Small negative numbers are far more often -1 and its like than a status near 0xFFFFFFFF.
  if (unsigned > MOST_STATUS - BYTE) return [];
  const status = `the status ${hex(unsigned)} of the Windows kernel or of a component`;
  return [{ text: status, source: 'Microsoft documentation, [MS-ERREF]', context }];
}

function negatedSignal(status: number): ExitCodeMeaning[] {
  const signal = -status;
  if (signal < 1 || signal > SIGRTMAX || !signalName(signal).startsWith('SIG')) return [];
  return [
    {
      text: `the process was ended by ${signalName(signal)}: a runtime would report ${String(128 + signal)}`,
      source: 'Python documentation, subprocess returncode',
      context: 'Python and others that write signals as negative numbers',
    },
  ];
}

function waitStatus(status: number): ExitCodeMeaning[] {
  if (status <= MAX_EXIT_CODE || status > MOST_WAIT_STATUS) return [];
  const decoded = decodeWaitStatus(status);
  // With a signal the code's byte is empty.
  if (decoded.kind !== 'exited') return [];
  return [
    {
      text: `a wait status that was not decoded: the process ended with exit code ${String(decoded.code)}`,
      source: 'wait(2); Python documentation, os.system; perlvar, $?',
      context: 'Python os.system, Perl $?, C',
    },
  ];
}

function lowByte(status: number): ExitCodeMeaning[] {
  const byte = status & BYTE;
  const zero = byte === 0 ? ', which looks like success' : '';
  return [
    {
      text: `the program called exit(${String(status)}): Linux keeps the low byte, so the container ended with ${String(byte)}${zero}`,
      source: 'exit(3)',
      context: 'any program',
    },
  ];
}
