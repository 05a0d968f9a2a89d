import { Signal } from '../../../../agent/domain/signals.ts';
import type { CauseId } from '../../../../agent/domain/causes.ts';
import type { SignalSent } from '../../../../agent/domain/evidence.ts';
import type { ProcessRef } from '../../../../agent/domain/process.ts';
import { Code } from '../../../support/life.ts';
import type { DeathCase } from './case.ts';

const TRAP = 5;
const AUDIT_ARCH_X86_64 = 0xc000003e;

/** A fault of the main process, nothing else. */
function faultOf(
  name: string,
  cause: CauseId,
  signal: number,
  code: number,
  more: Partial<SignalSent>,
  says: readonly string[],
): DeathCase {
  return {
    name,
    tell: (life) => {
      const main = life.main(['/app/engine', '--serve']);
      life.wait(5_000).fault(signal, main, code, more);
      life.wait(30).killed(main, signal);
      life.dockerSawEnd(128 + signal);
      return {
        cause,
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['engine (PID 1)', ...says],
        ruledOut: ['kill.host'],
      };
    },
  };
}

/** abort() in PID 1: the kernel drops SIGABRT, and the C library forces a fault. */
function abortInInit(name: string, signal: number, code: number, more: Partial<SignalSent>): DeathCase {
  return {
    name,
    tell: (life) => {
      const main = life.main(['/app/engine']);
      life.wait(5_000).raise(Signal.ABRT, main, { result: 'ignored' });
      life.fault(signal, main, code, more);
      life.wait(30).killed(main, signal);
      life.dockerSawEnd(128 + signal);
      life.log("engine: main.c:42: run: Assertion `queue != NULL' failed.");
      return {
        cause: 'crash.abort',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['engine (PID 1) aborted itself', 'Assertion'],
        neverSays: ['null pointer', 'SIGSEGV'],
        notes: ['drops SIGABRT for PID 1'],
      };
    },
  };
}

export const CRASH_CASES: readonly DeathCase[] = [
  faultOf('null dereference', 'crash.segfault', Signal.SEGV, 1, { faultAddress: '0x18' }, ['null pointer', '0x18']),
  faultOf('stack overflow', 'crash.segfault', Signal.SEGV, 1, { faultAddress: '0x7ffc3b2a0ff8' }, ['0x7ffc3b2a0ff8']),
  faultOf(
    'jump to memory that is not executable',
    'crash.segfault',
    Signal.SEGV,
    2,
    { faultAddress: '0x55d1c0de0000' },
    ['no permission'],
  ),
  faultOf('/dev/shm is full', 'crash.bus', Signal.BUS, 2, { faultAddress: '0x7f1200000000' }, ['full /dev/shm']),
  faultOf('unaligned access', 'crash.bus', Signal.BUS, 1, { faultAddress: '0x7f1200000001' }, ['not aligned']),
  faultOf('integer division by zero', 'crash.fpe', Signal.FPE, 1, { faultAddress: '0x401136' }, [
    'divided an integer by zero',
  ]),
  faultOf('illegal instruction', 'crash.illegal', Signal.ILL, 2, { faultAddress: '0x401136' }, ['instruction']),
  {
    name: 'a check that the compiler put in fails: no fault of the processor',
    tell: (life) => {
      const main = life.main(['/app/engine', '--serve']);
      life.wait(5_000).fault(Signal.ILL, main, 2, { faultAddress: '0x401136' });
      const frame = { address: '0x401136', module: 'engine', offset: '0x1136', function: 'add_checked' };
      life.trace(main, [frame], { signal: Signal.ILL, code: 2, address: '0x401136', trapInstruction: 'ud2' });
      life.wait(30).killed(main, Signal.ILL);
      return {
        cause: 'crash.illegal',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['engine (PID 1)', 'ran into a trap', 'ud2', 'a check fails', 'add_checked()'],
        neverSays: ['processor'],
      };
    },
  },
  {
    name: 'a breakpoint that was left in a program for arm64',
    tell: (life) => {
      const main = life.main(['/app/engine', '--serve']);
      life.wait(5_000).fault(TRAP, main, 1, { faultAddress: '0x401136' });
      const frame = { address: '0x401136', module: 'engine', offset: '0x1136', function: 'inspect' };
      life.trace(main, [frame], { signal: TRAP, code: 1, address: '0x401136', trapInstruction: 'brk #0' });
      life.wait(30).killed(main, TRAP);
      return {
        cause: 'crash.trap',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['ran into a breakpoint (instruction brk #0)', 'inspect()'],
      };
    },
  },
  ...(
    [
      ['where constants are mapped with the code', 0, 'in the code or the constants of /app/engine'],
      ['where the code is mapped alone', 0x1000, 'in the code of /app/engine'],
    ] as const
  ).map(([name, offset, says]): DeathCase => ({
    name: `a write to what may only be read, ${name}`,
    tell: (life) => {
      const main = life.main(['/app/engine', '--serve']);
      const address = '0x401708';
      life.wait(5_000).fault(Signal.SEGV, main, 2, { faultAddress: address });
      const file = { path: '/app/engine', offset, sizeBytes: 900_000, isRemoved: false, isTmpfs: false };
      const addressIn = { start: '0x400000', end: '0x4a2000', access: 'r-xp', growsDown: false, file };
      const frame = { address: '0x400200', module: 'engine', offset: '0x200', function: 'rename_it' };
      life.trace(main, [frame], { code: 2, address, access: 'write', addressIn });
      life.wait(30).killed(main, Signal.SEGV);
      return {
        cause: 'crash.segfault',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: [`it wrote to ${address}, ${says}, which it may only read`],
      };
    },
  })),
  faultOf('trap', 'crash.trap', TRAP, Code.KERNEL, {}, ['trap']),
  faultOf(
    'a system call that seccomp forbids',
    'crash.seccomp',
    Signal.SYS,
    Code.SECCOMP,
    { syscall: 165, arch: AUDIT_ARCH_X86_64 },
    ['system call mount'],
  ),
  {
    name: 'seccomp on a kernel before 5.16, which sends no signal',
    tell: (life) => {
      const main = life.main(['/app/engine', '--serve']);
      life.wait(5_000).killed(main, Signal.SYS);
      life.dockerSawEnd(159);
      return {
        cause: 'crash.seccomp',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['engine (PID 1) was killed for a system call', 'seccomp'],
        notes: ['does not say which'],
      };
    },
  },
  abortInInit('abort() in PID 1 with glibc on x86: hlt', Signal.SEGV, Code.KERNEL, { faultAddress: '0x0' }),
  abortInInit('abort() in PID 1 with glibc on arm64: brk', TRAP, 1, { faultAddress: '0xffff8a2b1c3d' }),
  abortInInit('abort() in PID 1 with musl on arm64: a write to address 0', Signal.SEGV, 1, { faultAddress: '0x0' }),
  {
    name: 'abort() outside of PID 1',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      life.wait(5_000).raise(Signal.ABRT, main);
      life.wait(30).killed(main, Signal.ABRT);
      life.log("terminate called after throwing an instance of 'std::runtime_error'");
      return {
        cause: 'crash.abort',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['engine', 'aborted itself', 'terminate called'],
      };
    },
  },
  {
    name: 'abort() whose handler prints a trace and aborts again',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      life.wait(5_000).raise(Signal.ABRT, main, { disposition: 'handler' });
      life.handled(Signal.ABRT, main);
      life.wait(5).raise(Signal.ABRT, main);
      life.wait(30).killed(main, Signal.ABRT);
      return {
        cause: 'crash.abort',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['engine', 'aborted itself'],
      };
    },
  },
  {
    name: 'a fault whose handler prints a trace and raises the signal again',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      life.wait(5_000).fault(Signal.SEGV, main, 1, { disposition: 'handler', faultAddress: '0x8' });
      life.handled(Signal.SEGV, main);
      life.wait(12).raise(Signal.SEGV, main);
      life.wait(30).killed(main, Signal.SEGV);
      return {
        cause: 'crash.segfault',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['engine', 'null pointer'],
        neverSays: ['itself'],
      };
    },
  },
  {
    name: 'a runtime that handles faults all day and then crashes for real',
    tell: (life) => {
      const main = life.main(['java', '-jar', 'app.jar'], { nsPid: 812 });
      life.wait(5_000).fault(Signal.SEGV, main, 2, { disposition: 'handler', faultAddress: '0x7f0000001000' });
      life.handled(Signal.SEGV, main);
      life.wait(90_000).fault(Signal.SEGV, main, 1, { faultAddress: '0x10' });
      life.wait(30).killed(main, Signal.SEGV);
      return {
        cause: 'crash.segfault',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['java', '0x10'],
        neverSays: ['0x7f0000001000'],
      };
    },
  },
  {
    name: 'a child crashes and the shell passes on 139',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', '/app/engine']);
      const child = life.child(main, ['/app/engine']);
      life.wait(5_000).fault(Signal.SEGV, child, 1, { faultAddress: '0x0' });
      life.wait(30).killed(child, Signal.SEGV);
      life.exit(main, 139);
      return {
        cause: 'crash.segfault',
        certainty: 'certain',
        victim: child,
        isMain: false,
        actor: 'self',
        says: ['engine', 'sh (PID 1) passed that on'],
      };
    },
  },
  {
    name: 'SIGPIPE unhandled',
    tell: (life) => {
      const main = life.main(['/app/producer'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.PIPE, main, self(main), { info: 'none', group: false });
      life.killed(main, Signal.PIPE);
      return { cause: 'crash.pipe', certainty: 'certain', victim: main, actor: 'self', says: ['producer', 'pipe'] };
    },
  },
];

/** Limits of the process itself, not of the container. */
export const LIMIT_CASES: readonly DeathCase[] = [
  {
    name: 'RLIMIT_CPU, soft',
    tell: (life) => {
      const main = life.main(['/app/miner'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.XCPU, main, self(main), { info: 'priv' });
      life.killed(main, Signal.XCPU, { cpuTimeUs: 2_000_000 });
      return {
        cause: 'limit.cpu',
        certainty: 'certain',
        victim: main,
        actor: 'kernel',
        says: ['miner', 'CPU time limit', '2.0 s', 'SIGXCPU'],
      };
    },
  },
  {
    name: 'RLIMIT_CPU, hard after the warning was handled',
    tell: (life) => {
      const main = life.main(['/app/miner']);
      life.wait(5_000).signal(Signal.XCPU, main, self(main), { info: 'priv', disposition: 'handler' });
      life.wait(1_000).signal(Signal.KILL, main, self(main), { info: 'priv' });
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(137, { oomKilled: false });
      return {
        cause: 'limit.cpu',
        certainty: 'certain',
        victim: main,
        actor: 'kernel',
        says: ['miner (PID 1)', 'SIGKILL'],
        neverSays: ['memory', 'itself'],
        ruledOut: ['oom.container'],
      };
    },
  },
  {
    name: 'RLIMIT_CPU, hard limit alone',
    tell: (life) => {
      const main = life.main(['/app/miner']);
      life.wait(5_000).signal(Signal.KILL, main, self(main), { info: 'priv' });
      life.killed(main, Signal.KILL);
      return {
        cause: 'limit.cpu',
        certainty: 'certain',
        victim: main,
        actor: 'kernel',
        says: ['CPU time limit'],
        ruledOut: ['oom.container'],
      };
    },
  },
  {
    name: 'RLIMIT_FSIZE',
    tell: (life) => {
      const main = life.main(['/app/logger'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.XFSZ, main, self(main), { info: 'none', group: false });
      life.killed(main, Signal.XFSZ);
      return {
        cause: 'limit.file-size',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['logger', 'file size limit'],
      };
    },
  },
];

function self(process: ProcessRef): { process: ProcessRef; ancestry: readonly ProcessRef[] } {
  return { process, ancestry: [] };
}
