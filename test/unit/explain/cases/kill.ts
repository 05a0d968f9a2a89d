import { Signal } from '../../../../agent/domain/signals.ts';
import type { ProcessRef } from '../../../../agent/domain/process.ts';
import { Code } from '../../../support/life.ts';
import { BORN_AT, hostDaemon, personOnHost, personWithRunc, script } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';

const OTHER_ID = 'beef'.repeat(16);

/** A process of another container. */
function neighbour(argv: readonly string[], more: Partial<ProcessRef> = {}): ProcessRef {
  const name = argv[0] ?? 'sh';
  return {
    pid: 31_000,
    startedAt: BORN_AT - 60_000_000,
    nsPid: 9,
    comm: name,
    exe: name,
    argv,
    uid: 0,
    containerId: OTHER_ID,
    pidNamespace: 4_026_540_000,
    ...more,
  };
}

const HOST = { cause: 'kill.host', certainty: 'certain', actor: 'host' } as const;
const INSIDE = { cause: 'kill.inside', certainty: 'certain', actor: 'inside' } as const;
const NOT_OOM = ['oom.container', 'kill.runtime'] as const;

/** Somebody sent a signal: who, and where from. */
export const KILL_CASES: readonly DeathCase[] = [
  {
    name: 'kill -9 by a person: bash below sudo below sshd',
    tell: (life) => {
      const main = life.main(['nginx']);
      const ana = personOnHost();
      life.wait(5_000).signal(Signal.KILL, main, ana);
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(137);
      return {
        ...HOST,
        victim: main,
        by: ana.process,
        says: ['ana killed nginx (PID 1) with SIGKILL from a shell on the host, as root through sudo.'],
        ruledOut: NOT_OOM,
      };
    },
  },
  {
    name: 'kill -9 by another user’s script',
    tell: (life) => {
      const main = life.main(['nginx']);
      const ops = script();
      life.wait(5_000).signal(Signal.KILL, main, ops);
      life.killed(main, Signal.KILL);
      return {
        ...HOST,
        victim: main,
        by: ops.process,
        says: ['user ops', 'nginx'],
        neverSays: ['logged in'],
        ruledOut: NOT_OOM,
      };
    },
  },
  {
    name: 'a cron job carries the login of its owner, who is not there',
    tell: (life) => {
      const main = life.main(['nginx']);
      const job = script();
      const process = { ...job.process, loginUid: 1_001, loginUser: 'ops' };
      life.wait(5_000).signal(Signal.KILL, main, { ...job, process });
      life.killed(main, Signal.KILL);
      return { ...HOST, victim: main, by: process, says: ['Killed from the host: sh (pid 5100, user ops)'] };
    },
  },
  {
    name: 'kill -9 by a command over ssh, without a terminal',
    tell: (life) => {
      const main = life.main(['nginx']);
      const ana = personOnHost(['bash', '-c', 'kill -9 4711']);
      const { tty: _tty, ...rest } = ana.process;
      const process = { ...rest, uid: 1_000, user: 'ana' };
      life.wait(5_000).signal(Signal.KILL, main, { ...ana, process });
      life.killed(main, Signal.KILL);
      return { ...HOST, victim: main, by: process, says: ['ana killed nginx (PID 1) with SIGKILL over SSH.'] };
    },
  },
  {
    name: 'runc kill typed by a person is not the runtime',
    tell: (life) => {
      const main = life.main(['nginx']);
      const ana = personWithRunc(9);
      life.wait(5_000).signal(Signal.KILL, main, ana);
      life.killed(main, Signal.KILL);
      return {
        ...HOST,
        victim: main,
        by: ana.process,
        says: ['runc (pid 4250', 'nginx'],
        neverSays: ['Docker'],
        ruledOut: NOT_OOM,
      };
    },
  },
  {
    name: 'kill -TERM by a person, and the handler sends it again',
    tell: (life) => {
      const main = life.main(['postgres'], { nsPid: 812 });
      const ana = personOnHost();
      life.wait(5_000).signal(Signal.TERM, main, ana, { disposition: 'handler' });
      life.handled(Signal.TERM, main);
      life.wait(700).raise(Signal.TERM, main);
      life.killed(main, Signal.TERM);
      return {
        ...HOST,
        victim: main,
        by: ana.process,
        says: ['ana ended postgres', 'SIGTERM', 'from a shell'],
        neverSays: ['itself'],
      };
    },
  },
  {
    name: 'kill -TERM by a person, and the handler exits',
    tell: (life) => {
      const main = life.main(['python3', 'app.py']);
      const ana = personOnHost();
      life.wait(5_000).signal(Signal.TERM, main, ana, { disposition: 'handler' });
      life.handled(Signal.TERM, main);
      life.wait(700).exit(main, 0);
      return {
        ...HOST,
        certainty: 'likely',
        victim: main,
        by: ana.process,
        says: ['ana asked python3 to end with SIGTERM from a shell on the host', 'exit code 0'],
      };
    },
  },
  {
    name: 'kill -SEGV by a person is no crash',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const ana = personOnHost();
      life.wait(5_000).signal(Signal.SEGV, main, ana);
      life.killed(main, Signal.SEGV);
      return { ...HOST, victim: main, by: ana.process, says: ['ana ended nginx', 'SIGSEGV'], neverSays: ['crashed'] };
    },
  },
  {
    name: 'kill -XFSZ by a person is no file size limit',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const ana = personOnHost();
      life.wait(5_000).signal(Signal.XFSZ, main, ana);
      life.killed(main, Signal.XFSZ);
      return { ...HOST, victim: main, by: ana.process, says: ['ana ended nginx', 'SIGXFSZ'], neverSays: ['limit'] };
    },
  },
  {
    name: 'kill -ABRT by a supervisor is no abort()',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const watchdog = hostDaemon(['/usr/sbin/watchdog']);
      life.wait(5_000).signal(Signal.ABRT, main, watchdog);
      life.killed(main, Signal.ABRT);
      return {
        ...HOST,
        victim: main,
        by: watchdog.process,
        says: ['watchdog', 'SIGABRT'],
        neverSays: ['aborted itself'],
      };
    },
  },
  {
    name: 'docker exec: kill of the main process, which handles it',
    tell: (life) => {
      const main = life.main(['python3', 'app.py']);
      const session = life.session(['bash']);
      life.wait(5_000).signal(Signal.TERM, main, session, { disposition: 'handler' });
      life.wait(100).exit(main, 0);
      return {
        ...INSIDE,
        certainty: 'likely',
        victim: main,
        by: session.process,
        says: ['from inside the container', 'bash', 'python3'],
      };
    },
  },
  {
    name: 'docker exec: kill of a child, main passes it on',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'python3 worker.py']);
      const child = life.child(main, ['python3', 'worker.py']);
      const session = life.session(['bash']);
      life.wait(5_000).signal(Signal.KILL, child, session);
      life.killed(child, Signal.KILL);
      life.exit(main, 137);
      life.dockerSawEnd(137, { oomKilled: true });
      return {
        ...INSIDE,
        victim: child,
        isMain: false,
        by: session.process,
        says: ['bash', 'SIGKILL to python3', 'passed that on as exit code 137'],
        ruledOut: ['oom.container'],
      };
    },
  },
  {
    name: 'a process of the container that calls itself runc is not the runtime',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const runcInside = life.child(main, ['runc', 'kill', 'a3f1', '9'], { exe: 'runc', comm: 'runc' });
      life.wait(5_000).signal(Signal.KILL, main, { process: runcInside, ancestry: [] });
      life.killed(main, Signal.KILL);
      return {
        ...INSIDE,
        victim: main,
        by: runcInside,
        says: ['from inside the container', 'runc kill a3f1 9'],
        neverSays: ['Docker'],
        ruledOut: NOT_OOM,
      };
    },
  },
  {
    name: 'SIGKILL to PID 1 from inside is dropped, and is not blamed for what follows',
    tell: (life) => {
      const main = life.main(['python3', 'app.py']);
      const session = life.session(['bash']);
      life.wait(5_000).signal(Signal.KILL, main, session, { result: 'ignored' });
      life.wait(50).exit(main, 1);
      life.log('ConnectionError: db');
      return {
        cause: 'exit.error',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['python3 (PID 1)', 'code 1', 'ConnectionError'],
        neverSays: ['bash', 'Killed'],
      };
    },
  },
  {
    name: 'the most recent signal was ignored: the one before it killed',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const ana = personOnHost();
      const session = life.session(['bash']);
      life.wait(5_000).signal(Signal.KILL, main, ana);
      life.signal(Signal.KILL, main, session, { result: 'ignored' });
      life.killed(main, Signal.KILL);
      return {
        ...HOST,
        victim: main,
        by: ana.process,
        says: ['ana killed nginx'],
        neverSays: ['inside'],
      };
    },
  },
  {
    name: 'the most recent signal was handled: the program ended by itself much later',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).signal(Signal.HUP, main, personOnHost(), { disposition: 'handler' });
      life.handled(Signal.HUP, main);
      life.wait(4_000).exit(main, 1);
      return {
        cause: 'exit.error',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['nginx', 'code 1'],
        neverSays: ['bash', 'SIGHUP'],
      };
    },
  },
  {
    name: 'a real-time signal that found the queue full ended nothing',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const ana = personOnHost();
      life.wait(5_000).signal(34, main, script(), { result: 'overflow', code: Code.QUEUE });
      life.wait(10).signal(34, main, ana, { code: Code.QUEUE });
      life.killed(main, 34);
      return { ...HOST, victim: main, by: ana.process, says: ['ana ended nginx', 'SIGRTMIN'], neverSays: ['ops'] };
    },
  },
  {
    name: 'a sidecar in a shared pid namespace',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const sidecar = neighbour(['reloader', '--kill']);
      life.wait(5_000).signal(Signal.KILL, main, { process: sidecar, ancestry: [] });
      life.killed(main, Signal.KILL);
      return {
        cause: 'kill.container',
        certainty: 'certain',
        victim: main,
        actor: 'container',
        by: sidecar,
        says: ['another container', 'reloader --kill', OTHER_ID.slice(0, 12)],
        ruledOut: NOT_OOM,
      };
    },
  },
  {
    name: 'a sidecar asks, and the handler exits',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812 });
      const sidecar = neighbour(['reloader']);
      life.wait(5_000).signal(Signal.TERM, main, { process: sidecar, ancestry: [] }, { disposition: 'handler' });
      life.wait(100).exit(main, 0);
      return {
        cause: 'kill.container',
        certainty: 'likely',
        victim: main,
        actor: 'container',
        by: sidecar,
        says: ['another container', 'reloader'],
      };
    },
  },
  {
    name: 'the init of a shared pid namespace ends, and the kernel kills this sidecar',
    tell: (life) => {
      const main = life.main(['nginx'], { nsPid: 812, pidNamespace: 4_026_540_000 });
      const init = neighbour(['pause'], { nsPid: 1 });
      life.wait(5_000).signal(Signal.KILL, main, { process: init, ancestry: [] }, { info: 'priv' });
      life.killed(main, Signal.KILL);
      return {
        cause: 'kill.container',
        certainty: 'certain',
        victim: main,
        actor: 'container',
        by: init,
        says: ['the first process (PID 1) of its own world', 'pause', 'ended'],
        neverSays: ['sent SIGKILL'],
      };
    },
  },
  {
    name: 'the program kills itself',
    tell: (life) => {
      const main = life.main(['python3', 'suicide.py'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.KILL, main, { process: main, ancestry: [] });
      life.killed(main, Signal.KILL);
      return {
        cause: 'kill.self',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        by: main,
        says: ['python3', 'SIGKILL to itself'],
        ruledOut: NOT_OOM,
      };
    },
  },
  {
    name: 'kill -ABRT of its own pid is no abort()',
    tell: (life) => {
      const main = life.main(['bash', 'run.sh'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.ABRT, main, { process: main, ancestry: [] });
      life.killed(main, Signal.ABRT);
      return {
        cause: 'kill.self',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        by: main,
        says: ['SIGABRT to itself'],
        neverSays: ['aborted'],
      };
    },
  },
];
