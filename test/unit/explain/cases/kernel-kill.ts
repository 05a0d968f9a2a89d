import { Signal } from '../../../../agent/domain/signals.ts';
import { Code } from '../../../support/life.ts';
import { hostDaemon, kernelWorker, personOnHost } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';

const HOST = { cause: 'kill.host', certainty: 'certain', actor: 'host' } as const;

/** The kernel sent it on somebody's behalf: cgroup.kill, dying parents and tracers, terminals, timers. */
export const KERNEL_KILL_CASES: readonly DeathCase[] = [
  {
    name: 'cgroup.kill by systemd',
    tell: (life) => {
      const main = life.main(['nginx']);
      const child = life.child(main, ['nginx-worker']);
      const systemd = hostDaemon(['/usr/lib/systemd/systemd'], 1);
      life.wait(5_000).signal(Signal.KILL, main, systemd, { info: 'none', group: false });
      life.signal(Signal.KILL, child, systemd, { info: 'none', group: false });
      life.killed(child, Signal.KILL);
      life.killed(main, Signal.KILL);
      return {
        cause: 'kill.cgroup',
        certainty: 'certain',
        victim: main,
        actor: 'host',
        by: systemd.process,
        says: ['All processes', 'at once by systemd'],
      };
    },
  },
  {
    name: 'cgroup.kill by the program itself',
    tell: (life) => {
      const main = life.main(['podman-init']);
      life.wait(5_000).signal(Signal.KILL, main, { process: main, ancestry: [] }, { info: 'none', group: false });
      life.killed(main, Signal.KILL);
      return {
        cause: 'kill.cgroup',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        by: main,
        says: ['All processes', 'at once'],
      };
    },
  },
  {
    name: 'PDEATHSIG: the child is already reparented to PID 1 when the kernel signals it',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'run']);
      const parent = life.child(main, ['launcher']);
      const child = life.child(parent, ['worker']);
      const adopted = { ...child, parentPid: main.pid, parentStartedAt: main.startedAt };
      life.wait(5_000).exit(parent, 0);
      life.signal(Signal.KILL, adopted, { process: parent, ancestry: [] }, { info: 'none' });
      life.killed(adopted, Signal.KILL);
      life.wait(5).exit(main, 137);
      return {
        cause: 'kill.parent-death',
        certainty: 'certain',
        victim: child,
        isMain: false,
        actor: 'inside',
        by: parent,
        says: ['worker', 'launcher', 'asked to be ended with its parent'],
      };
    },
  },
  {
    name: 'PDEATHSIG: only the thread that made the child ends',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'run']);
      const parent = life.child(main, ['launcher']);
      const child = life.child(parent, ['worker']);
      life.wait(5_000).signal(Signal.TERM, child, { process: parent, ancestry: [] }, { info: 'none' });
      life.killed(child, Signal.TERM);
      life.wait(5).exit(main, 143);
      return {
        cause: 'kill.parent-death',
        certainty: 'likely',
        victim: child,
        isMain: false,
        actor: 'inside',
        by: parent,
        says: ['worker', 'launcher'],
      };
    },
  },
  {
    name: 'a tracer with EXITKILL ends',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const strace = personOnHost();
      life.wait(5_000).signal(Signal.KILL, main, strace, { info: 'priv', group: false });
      life.killed(main, Signal.KILL);
      return { ...HOST, victim: main, by: strace.process, says: ['traced', 'nginx'], neverSays: ['sent SIGKILL'] };
    },
  },
  {
    name: 'Ctrl-C on docker run -it',
    tell: (life) => {
      const main = life.main(['sleep', '600'], { nsPid: 812, tty: 'pts/0' });
      life.wait(5_000).signal(Signal.INT, main, kernelWorker(), { info: 'priv' });
      life.killed(main, Signal.INT);
      return {
        cause: 'kill.terminal',
        certainty: 'certain',
        victim: main,
        actor: 'unknown',
        says: ['Ctrl-C', 'sleep'],
        neverSays: ['kworker'],
      };
    },
  },
  {
    name: 'Ctrl-C, handled by PID 1, which exits',
    tell: (life) => {
      const main = life.main(['python3', 'app.py'], { tty: 'pts/0' });
      life.wait(5_000).signal(Signal.INT, main, kernelWorker(), { info: 'priv', disposition: 'handler' });
      life.wait(30).exit(main, 130);
      return {
        cause: 'kill.terminal',
        certainty: 'likely',
        victim: main,
        actor: 'unknown',
        says: ['Ctrl-C', 'python3'],
        neverSays: ['kworker', 'no signal was involved'],
      };
    },
  },
  {
    name: 'Ctrl-C in an interpreter that cleans up and sends SIGINT to itself',
    tell: (life) => {
      const main = life.main(['python3', 'app.py'], { nsPid: 812, tty: 'pts/0' });
      life.wait(5_000).signal(Signal.INT, main, kernelWorker(), { info: 'priv', disposition: 'handler' });
      life.handled(Signal.INT, main);
      life.wait(30).signal(Signal.INT, main, { process: main, ancestry: [] });
      life.killed(main, Signal.INT);
      return {
        cause: 'kill.terminal',
        certainty: 'certain',
        victim: main,
        actor: 'unknown',
        says: ['Ctrl-C'],
        neverSays: ['itself'],
      };
    },
  },
  {
    name: 'hang-up of the terminal',
    tell: (life) => {
      const main = life.main(['bash'], { nsPid: 812, tty: 'pts/0' });
      life.wait(5_000).signal(Signal.HUP, main, kernelWorker(), { info: 'priv' });
      life.killed(main, Signal.HUP);
      return {
        cause: 'kill.terminal',
        certainty: 'certain',
        victim: main,
        actor: 'unknown',
        says: ['terminal was closed'],
      };
    },
  },
  {
    name: 'alarm(2) unhandled; the interrupted task is no sender',
    tell: (life) => {
      const main = life.main(['/app/ticker'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.ALRM, main, undefined, { info: 'priv' });
      life.killed(main, Signal.ALRM);
      return { cause: 'kill.timer', certainty: 'certain', victim: main, actor: 'self', says: ['ticker', 'SIGALRM'] };
    },
  },
  {
    name: 'a POSIX timer with a signal of its own choice',
    tell: (life) => {
      const main = life.main(['/app/ticker'], { nsPid: 812 });
      life.wait(5_000).signal(34, main, undefined, { code: Code.TIMER });
      life.killed(main, 34);
      return {
        cause: 'kill.timer',
        certainty: 'likely',
        victim: main,
        actor: 'self',
        says: ['ticker', 'timer', 'SIGRTMIN'],
      };
    },
  },
  {
    name: 'children that PID 1 kills in its own shutdown are not the root',
    tell: (life) => {
      const main = life.main(['python3', 'pool.py']);
      const worker = life.fork(main);
      life.wait(5_000).signal(Signal.KILL, worker, { process: main, ancestry: [] });
      life.killed(worker, Signal.KILL);
      life.wait(10).exit(main, 1);
      life.log('RuntimeError: queue is gone');
      return {
        cause: 'exit.error',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['code 1', 'RuntimeError'],
        neverSays: ['SIGKILL', 'Killed'],
      };
    },
  },
  {
    name: 'children that die with PID 1 are collateral',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'sleep 600 & exit 3']);
      const sleep = life.child(main, ['sleep', '600']);
      life.wait(5_000).exit(main, 3);
      life.signal(Signal.KILL, sleep, { process: main, ancestry: [] }, { info: 'priv' });
      life.killed(sleep, Signal.KILL);
      return {
        cause: 'exit.error',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['sh (PID 1)', 'code 3'],
        neverSays: ['sleep'],
      };
    },
  },
];
