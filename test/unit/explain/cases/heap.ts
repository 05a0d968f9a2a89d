import { Signal } from '../../../../agent/domain/signals.ts';
import { Code, levels } from '../../../support/life.ts';
import { personOnHost, runc } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';

const SHELL = ['/bin/sh', '-c', 'python3 worker.py; echo done'];
const OOM = {
  cause: 'oom.container',
  certainty: 'certain',
  actor: 'kernel',
  ruledOut: ['oom.host', 'kill.host'],
} as const;

const HEAP = { cause: 'oom.runtime', certainty: 'likely', actor: 'self' } as const;
const V8_LINES = [
  '<--- Last few GCs --->',
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  '----- Native stack trace -----',
];

/** The program's own heap limit: only its log says so. */
export const HEAP_CASES: readonly DeathCase[] = [
  {
    name: 'Node.js at its heap limit, as PID 1: the abort is dropped and becomes a fault',
    tell: (life) => {
      const main = life.main(['node', 'server.js']);
      life.wait(9_000).raise(Signal.ABRT, main, { result: 'ignored' });
      life.fault(Signal.SEGV, main, Code.KERNEL, { faultAddress: '0x0' });
      life.wait(40).killed(main, Signal.SEGV);
      life.dockerSawEnd(139);
      life.log(...V8_LINES);
      return { ...HEAP, victim: main, says: ['Node.js', 'node (PID 1)'], neverSays: ['null pointer'] };
    },
  },
  {
    name: 'Node.js at its heap limit below tini: a real SIGABRT',
    tell: (life) => {
      const tini = life.main(['/sbin/docker-init', '--', 'node', 'server.js']);
      const node = life.child(tini, ['node', 'server.js']);
      life.wait(9_000).raise(Signal.ABRT, node);
      life.wait(40).killed(node, Signal.ABRT);
      life.exit(tini, 134);
      life.dockerSawEnd(134);
      life.log(...V8_LINES);
      return { ...HEAP, victim: node, isMain: false, says: ['Node.js', 'node'], neverSays: ['no signal was involved'] };
    },
  },
  {
    name: 'the JVM exits at OutOfMemoryError',
    tell: (life) => {
      const main = life.main(['java', '-XX:+ExitOnOutOfMemoryError', '-jar', 'app.jar']);
      life.wait(9_000).exit(main, 3);
      life.dockerSawEnd(3);
      life.log('Terminating due to java.lang.OutOfMemoryError: Java heap space');
      return { ...HEAP, victim: main, says: ['The JVM', 'java (PID 1)'] };
    },
  },
  {
    name: 'Python MemoryError',
    tell: (life) => {
      const main = life.main(['python3', 'load.py']);
      life.wait(9_000).exit(main, 1);
      life.dockerSawEnd(1);
      life.log('Traceback (most recent call last):', '  File "load.py", line 3, in <module>', 'MemoryError');
      return { ...HEAP, victim: main, says: ['Python', 'python3 (PID 1)'] };
    },
  },
  {
    name: 'Go runtime out of memory',
    tell: (life) => {
      const main = life.main(['/api']);
      life.wait(9_000).exit(main, 2);
      life.log('fatal error: runtime: out of memory', 'goroutine 1 [running]:');
      return { ...HEAP, victim: main, says: ['Go', 'api (PID 1)'] };
    },
  },
  {
    name: 'an old OutOfMemoryError in the log of a program that was stopped is not the cause',
    tell: (life) => {
      const main = life.main(['java', '-jar', 'app.jar']);
      life.wait(9_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(400).exit(main, 143);
      life.dockerSawEnd(143);
      life.log('java.lang.OutOfMemoryError: handled in request 17', 'shutting down');
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        victim: main,
        actor: 'runtime',
        says: ['java (PID 1)'],
        neverSays: ['heap'],
      };
    },
  },
  {
    name: 'an old OutOfMemoryError in the log of a program that the kernel killed is not the cause',
    tell: (life) => {
      const main = life.main(SHELL);
      const java = life.child(main, ['java', '-jar', 'app.jar']);
      life.wait(2_000).oom(java, levels(life.id, 'container'));
      life.killed(java, Signal.KILL);
      life.exit(main, 137);
      life.log('java.lang.OutOfMemoryError: handled in request 17');
      return { ...OOM, victim: java, isMain: false, says: ['killed java'], neverSays: ['heap'] };
    },
  },
  {
    name: 'a program that writes “out of memory” to its log and is killed from the host',
    tell: (life) => {
      const main = life.main(['node', 'server.js']);
      const ana = personOnHost();
      life.wait(2_000).signal(Signal.KILL, main, ana);
      life.killed(main, Signal.KILL);
      life.log(...V8_LINES);
      return {
        cause: 'kill.host',
        certainty: 'certain',
        victim: main,
        actor: 'host',
        by: ana.process,
        says: ['ana killed'],
        neverSays: ['heap', 'memory'],
      };
    },
  },
];
