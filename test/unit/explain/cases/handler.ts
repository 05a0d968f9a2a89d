import type { CauseId } from '../../../../agent/domain/causes.ts';
import type { Certainty } from '../../../../agent/domain/death.ts';
import type { BacktraceFrame, Interrupted, ProcessFault } from '../../../../agent/domain/evidence.ts';
import type { ProcessRef } from '../../../../agent/domain/process.ts';
import { Signal } from '../../../../agent/domain/signals.ts';
import type { Life } from '../../../support/life.ts';
import { Code } from '../../../support/life.ts';
import { personOnHost } from '../../../support/senders.ts';
import type { DeathCase, Expected } from './case.ts';

const STACK_POINTER = '0x7ffc051fbf40';
const NULL_WRITE: Interrupted = { stackPointer: STACK_POINTER, address: '0x0', access: 'write' };

function frame(name: string, more: Partial<BacktraceFrame> = {}): BacktraceFrame {
  return { address: '0x401136', module: 'engine', offset: '0x1136', function: name, ...more };
}

/** What abort() in a handler leaves: the handler's steps, and where the signal came. */
function inHandler(interrupted: Interrupted): readonly BacktraceFrame[] {
  return [
    frame('abort', { module: 'libc.so.6' }),
    frame('on_fault'),
    frame('__restore_rt', { module: 'libc.so.6' }),
    frame('parse', { interrupted }),
    frame('main'),
  ];
}

const OF_ABORT: Partial<ProcessFault> = { signal: Signal.ABRT, code: Code.TKILL, stackPointer: '0x7ffc051f0000' };

function traceAbort(life: Life, main: ProcessRef, frames: readonly BacktraceFrame[]): void {
  life.raise(Signal.ABRT, main);
  life.trace(main, frames, OF_ABORT);
}

function handledFault(life: Life, main: ProcessRef, faultAddress: string, code = 1): void {
  life.fault(Signal.SEGV, main, code, { disposition: 'handler', faultAddress });
  life.handled(Signal.SEGV, main);
}

/** Nobody else had a part in it. */
function itself(
  cause: CauseId,
  certainty: Certainty,
  victim: ProcessRef,
): Pick<Expected, 'cause' | 'certainty' | 'victim' | 'actor'> {
  return { cause, certainty, victim, actor: 'self' };
}

/** The stack of a program whose handler has one of its own. */
function overflow(name: string, faultAddress: string, code: number, says: readonly string[]): DeathCase {
  return {
    name,
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      handledFault(life.wait(5_000), main, faultAddress, code);
      traceAbort(life, main, inHandler({ stackPointer: STACK_POINTER, address: faultAddress, access: 'write' }));
      life.wait(30).killed(main, Signal.ABRT);
      return { ...itself('crash.segfault', 'certain', main), says: [...says, 'parse()'] };
    },
  };
}

/** A handler of the program took the fault, and then ended the program in a way that hides it. */
export const HANDLER_CASES: readonly DeathCase[] = [
  {
    name: 'a handler of the crash calls abort()',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      handledFault(life.wait(5_000), main, '0x0');
      traceAbort(life.wait(80), main, inHandler(NULL_WRITE));
      life.wait(30).killed(main, Signal.ABRT);
      return {
        ...itself('crash.segfault', 'certain', main),
        says: [
          'crashed with SIGSEGV',
          'wrote through a null pointer',
          'in parse()',
          'its handler for SIGSEGV then aborted it (SIGABRT)',
        ],
        neverSays: ['on_fault', 'aborted itself'],
        ruledOut: ['kill.host'],
      };
    },
  },
  {
    name: 'a handler of the crash calls abort() in PID 1, where the kernel drops it',
    tell: (life) => {
      const main = life.main(['/app/engine']);
      handledFault(life.wait(5_000), main, '0x0');
      life.raise(Signal.ABRT, main, { result: 'ignored' });
      life.fault(Signal.SEGV, main, Code.KERNEL, { faultAddress: '0x0' });
      life.trace(main, inHandler(NULL_WRITE), { code: Code.KERNEL });
      life.wait(30).killed(main, Signal.SEGV);
      life.dockerSawEnd(139);
      return {
        ...itself('crash.segfault', 'certain', main),
        says: ['engine (PID 1) crashed with SIGSEGV', 'null pointer', 'in parse()'],
        neverSays: ['aborted'],
      };
    },
  },
  {
    name: 'a handler raises the signal again: the place is where it came first',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      handledFault(life.wait(5_000), main, '0x18');
      life.raise(Signal.SEGV, main);
      life.trace(main, inHandler({ ...NULL_WRITE, address: '0x18' }), { ...OF_ABORT, signal: Signal.SEGV });
      life.wait(30).killed(main, Signal.SEGV);
      return {
        ...itself('crash.segfault', 'certain', main),
        says: ['null pointer plus 24', 'in parse()'],
        neverSays: ['on_fault', 'then'],
      };
    },
  },
  {
    name: 'abort() a moment after a fault that a handler took, and no backtrace',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      handledFault(life.wait(5_000), main, '0x0');
      life.wait(80).raise(Signal.ABRT, main);
      life.wait(30).killed(main, Signal.ABRT);
      return {
        ...itself('crash.abort', 'likely', main),
        says: ['aborted itself'],
        notes: ['80 ms before, it used a null pointer (address 0x0)', 'the backtrace that would show it is missing'],
      };
    },
  },
  {
    name: 'abort() a moment after such a fault, from the program itself',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      handledFault(life.wait(5_000), main, '0x0');
      traceAbort(life.wait(80), main, [frame('abort', { module: 'libc.so.6' }), frame('check'), frame('main')]);
      life.wait(30).killed(main, Signal.ABRT);
      return {
        ...itself('crash.abort', 'certain', main),
        says: ['aborted itself', 'in check()'],
        neverSays: ['null pointer'],
      };
    },
  },
  {
    name: 'a runtime that lives with such faults aborts in the handler of a request to stop',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      handledFault(life.wait(5_000), main, '0x8');
      life.signal(Signal.TERM, main, personOnHost(), { disposition: 'handler' });
      life.handled(Signal.TERM, main);
      // The processor's last fault is still the old one.
      traceAbort(life, main, inHandler({ ...NULL_WRITE, address: '0x8' }));
      life.wait(30).killed(main, Signal.ABRT);
      return {
        ...itself('crash.abort', 'certain', main),
        says: ['aborted itself'],
        neverSays: ['null pointer', 'SIGSEGV'],
      };
    },
  },
  {
    name: 'two threads crash, and the handler of the first aborts',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      handledFault(life.wait(5_000), main, '0x0');
      handledFault(life, main, '0x7f0000000010');
      traceAbort(life, main, inHandler(NULL_WRITE));
      life.wait(30).killed(main, Signal.ABRT);
      return {
        ...itself('crash.segfault', 'certain', main),
        says: ['null pointer (address 0x0)', 'in parse()'],
      };
    },
  },
  {
    name: 'an abort() that stays blocked, and a kill from the host',
    tell: (life) => {
      const main = life.main(['/app/engine'], { nsPid: 812 });
      handledFault(life.wait(5_000), main, '0x0');
      traceAbort(life, main, inHandler(NULL_WRITE));
      const person = personOnHost();
      life.wait(2_000).signal(Signal.KILL, main, person);
      life.wait(5).killed(main, Signal.KILL);
      return {
        cause: 'kill.host',
        certainty: 'certain',
        victim: main,
        actor: 'host',
        by: person.process,
        says: ['SIGKILL'],
      };
    },
  },
  overflow('the first thread’s stack is full, and the handler has one of its own', '0x7ffc051fbf38', 1, [
    'its stack overflowed',
  ]),
  overflow('a thread’s stack is full, and the handler has one of its own', '0x7ffc051fbe00', 2, [
    'a thread’s stack overflowed',
  ]),
  overflow('a wild pointer that a handler took', '0x55d1c0de0000', 1, ['wrote to 0x55d1c0de0000, where no memory is']),
  overflow('a pointer to what it may not write, that a handler took', '0x55d1c0de0000', 2, [
    'it had no permission for the memory at 0x55d1c0de0000',
  ]),
  {
    name: 'abort() in PID 1 of a program whose handler takes the forced fault, too: a Java virtual machine',
    tell: (life) => {
      const main = life.main(['/usr/bin/java', '-jar', 'shop.jar']);
      handledFault(life.wait(5_000), main, '0x10');
      handledFault(life.wait(4), main, '0x0');
      life.wait(12).raise(Signal.ABRT, main, { result: 'ignored' });
      handledFault(life, main, '0x0', Code.KERNEL);
      life.wait(24).exit(main, 127);
      life.dockerSawEnd(127);
      life.log('# Problematic frame:', '# V  [libjvm.so+0xed2f94]  Unsafe_PutLong+0x124');
      return {
        ...itself('crash.abort', 'likely', main),
        says: ['java (PID 1) aborted itself', 'Unsafe_PutLong'],
        neverSays: ['not found', '127'],
        notes: ['No command is missing', '12 ms before, its handler for SIGSEGV took a fault'],
      };
    },
  },
  {
    name: 'a shell to which SIGABRT means nothing does not find a command',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'kill -ABRT $$; nosuch']);
      life.wait(50).signal(Signal.ABRT, main, { process: main, ancestry: [] }, { result: 'ignored' });
      life.wait(3).exit(main, 127);
      life.dockerSawEnd(127);
      life.log('/bin/sh: nosuch: not found');
      return { cause: 'start.not-found', certainty: 'likely', actor: 'self', says: ['nosuch'], neverSays: ['abort'] };
    },
  },
  {
    name: 'a handler exits with the code that the signal would have given',
    tell: (life) => {
      const main = life.main(['/app/engine']);
      handledFault(life.wait(5_000), main, '0x0');
      life.wait(3).exit(main, 139);
      life.dockerSawEnd(139);
      return {
        ...itself('crash.segfault', 'likely', main),
        says: ['engine (PID 1) crashed with SIGSEGV', 'null pointer', 'ended it with exit code 139'],
        neverSays: ['no signal'],
        notes: ['follows from that alone'],
        neverRulesOut: ['kill.host'],
      };
    },
  },
  {
    name: 'a handler of a child exits so, and the shell passes it on',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'engine; exit $?']);
      const child = life.child(main, ['/app/engine'], { nsPid: 7 });
      handledFault(life.wait(5_000), child, '0x0');
      life.wait(3).exit(child, 139);
      life.wait(1).exit(main, 139);
      life.dockerSawEnd(139);
      return {
        ...itself('crash.segfault', 'likely', child),
        isMain: false,
        says: ['engine (pid 7 in the container) crashed with SIGSEGV', 'sh (PID 1) passed it on'],
      };
    },
  },
  {
    name: 'a runtime that lives with such faults exits with 139',
    tell: (life) => {
      const main = life.main(['/app/engine']);
      handledFault(life.wait(5_000), main, '0x8');
      handledFault(life.wait(900), main, '0x8');
      life.wait(3).exit(main, 139);
      life.dockerSawEnd(139);
      return {
        ...itself('exit.error', 'certain', main),
        says: ['exited by itself with code 139', 'no signal ended it'],
        neverSays: ['null pointer', 'no signal was involved'],
        neverRulesOut: ['kill.host'],
      };
    },
  },
  {
    name: 'a handler of the crash exits with 1',
    tell: (life) => {
      const main = life.main(['/app/engine']);
      handledFault(life.wait(5_000), main, '0x0');
      life.wait(3).exit(main, 1);
      life.dockerSawEnd(1);
      return {
        ...itself('exit.error', 'certain', main),
        says: ['exited by itself with code 1, ', 'after it used a null pointer', 'its handler for SIGSEGV took'],
      };
    },
  },
  {
    name: 'a Java program that gives up at once: the virtual machine tries a fault whenever it starts',
    tell: (life) => {
      const main = life.main(['/opt/jdk/bin/java', '-jar', 'shop.jar'], { exe: 'java' });
      handledFault(life.wait(30), main, '0x0');
      life.wait(60).exit(main, 1);
      life.dockerSawEnd(1);
      return {
        ...itself('exit.error', 'certain', main),
        says: ['java (PID 1) exited by itself with code 1'],
        neverSays: ['null pointer', 'SIGSEGV'],
      };
    },
  },
  {
    name: 'a fault that a handler took two seconds before an exit says nothing of it',
    tell: (life) => {
      const main = life.main(['/app/engine']);
      handledFault(life.wait(5_000), main, '0x0');
      life.wait(2_000).exit(main, 1);
      life.dockerSawEnd(1);
      return {
        ...itself('exit.error', 'certain', main),
        says: ['exited by itself with code 1'],
        neverSays: ['null pointer'],
      };
    },
  },
];
