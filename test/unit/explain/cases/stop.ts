import { Signal } from '../../../../agent/domain/signals.ts';
import { containerd, crun, packagedCrun, personOnHost, runc } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';

const SIGWINCH = 28;

const GRACEFUL = {
  cause: 'stop.graceful',
  certainty: 'certain',
  actor: 'runtime',
  by: runc(Signal.TERM).process,
} as const;
const IGNORED = {
  cause: 'stop.ignored',
  certainty: 'certain',
  actor: 'runtime',
  ruledOut: ['oom.container', 'kill.host', 'exit.error'],
} as const;
const FORCED = {
  cause: 'stop.forced',
  certainty: 'certain',
  actor: 'runtime',
  ruledOut: ['oom.container', 'kill.host', 'exit.error'],
} as const;

/** Asked to stop, by whatever runtime, and how that ended. */
export const STOP_CASES: readonly DeathCase[] = [
  {
    name: 'docker stop, handler, exit 0',
    tell: (life) => {
      const main = life.main(['nginx', '-g', 'daemon off;']);
      life.wait(5_000).docker('kill', { signal: Signal.TERM });
      life.signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.handled(Signal.TERM, main);
      life.wait(120).exit(main, 0);
      life.dockerSawEnd(0);
      life.docker('stop');
      return {
        ...GRACEFUL,
        victim: main,
        says: ['Stopped on request', 'SIGTERM', 'nginx (PID 1)', '120 ms', 'exit code 0'],
        neverSays: ['runc'],
      };
    },
  },
  {
    name: 'docker stop, default action, 143 (a shared pid namespace: not an init)',
    tell: (life) => {
      const main = life.main(['sleep', '600'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM));
      life.killed(main, Signal.TERM);
      return { ...GRACEFUL, victim: main, says: ['sleep', 'SIGTERM'] };
    },
  },
  {
    name: 'docker stop, and the handler sends SIGTERM to its own process again',
    tell: (life) => {
      const main = life.main(['postgres'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.handled(Signal.TERM, main);
      life.wait(3_000).signal(Signal.TERM, main, { process: main, ancestry: [] });
      life.killed(main, Signal.TERM);
      return { ...GRACEFUL, victim: main, says: ['Stopped on request', 'postgres'], neverSays: ['itself'] };
    },
  },
  {
    name: 'docker stop with a long grace period, re-raised after five minutes of draining',
    options: { identity: { stopTimeoutSeconds: 600 } },
    tell: (life) => {
      const main = life.main(['envoy'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.handled(Signal.TERM, main);
      life.wait(300_000).raise(Signal.TERM, main);
      life.killed(main, Signal.TERM);
      return { ...GRACEFUL, victim: main, says: ['envoy', '5 min'], neverSays: ['itself'] };
    },
  },
  {
    name: 'docker stop with a handler that calls abort() in its shutdown',
    tell: (life) => {
      const main = life.main(['mysqld'], { nsPid: 812 });
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.handled(Signal.TERM, main);
      life.wait(500).raise(Signal.ABRT, main);
      life.killed(main, Signal.ABRT);
      return { cause: 'crash.abort', certainty: 'certain', victim: main, actor: 'self', says: ['mysqld', 'aborted'] };
    },
  },
  {
    name: 'custom STOPSIGNAL',
    options: { identity: { stopSignal: Signal.QUIT } },
    tell: (life) => {
      const main = life.main(['nginx', '-g', 'daemon off;']);
      life.wait(5_000).signal(Signal.QUIT, main, runc(Signal.QUIT), { disposition: 'handler' });
      life.wait(50).exit(main, 0);
      return { ...GRACEFUL, by: runc(Signal.QUIT).process, victim: main, says: ['SIGQUIT', 'nginx'] };
    },
  },
  {
    name: 'STOPSIGNAL SIGWINCH, which the kernel side does not record: announced alone',
    options: { identity: { stopSignal: SIGWINCH } },
    tell: (life) => {
      const main = life.main(['httpd', '-DFOREGROUND']);
      life.wait(5_000).docker('kill', { signal: SIGWINCH });
      life.wait(300).exit(main, 0);
      life.dockerSawEnd(0);
      return {
        cause: 'stop.graceful',
        certainty: 'likely',
        victim: main,
        actor: 'runtime',
        says: ['Stopped on request', 'SIGWINCH', 'httpd'],
        neverSays: ['by itself'],
      };
    },
  },
  {
    name: 'stopped in time, but with exit code 1',
    tell: (life) => {
      const main = life.main(['python3', 'app.py']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(900).exit(main, 1);
      life.log('Traceback (most recent call last):', 'KeyboardInterrupt');
      return { ...GRACEFUL, victim: main, says: ['exit code 1'] };
    },
  },
  {
    name: 'stopped late, but with the code of the request',
    tell: (life) => {
      const main = life.main(['python3', 'app.py']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(40_000).exit(main, 143);
      return { ...GRACEFUL, certainty: 'likely', victim: main, says: ['40 s'] };
    },
  },
  {
    name: 'tini takes SIGTERM and passes it on: its child’s end is the effect, not the root',
    tell: (life) => {
      const tini = life.main(['/sbin/docker-init', '--', 'node', 'server.js']);
      const node = life.child(tini, ['node', 'server.js']);
      // tini blocks every signal and waits for them: delivered, although it has no handler.
      life.wait(5_000).signal(Signal.TERM, tini, runc(Signal.TERM));
      life.signal(Signal.TERM, node, { process: tini, ancestry: [] });
      life.killed(node, Signal.TERM);
      life.exit(tini, 143);
      return { ...GRACEFUL, victim: tini, says: ['docker-init (PID 1)', '143'], neverSays: ['Killed'] };
    },
  },
  {
    name: 'Kubernetes with CRI-O: crun below conmon',
    options: { identity: { runtime: 'cri-o' } },
    tell: (life) => {
      const main = life.main(['/manager']);
      life.wait(5_000).signal(Signal.TERM, main, crun(Signal.TERM), { disposition: 'handler' });
      life.wait(30).exit(main, 0);
      return { ...GRACEFUL, by: crun(Signal.TERM).process, victim: main, says: ['CRI-O', 'manager'] };
    },
  },
  {
    name: 'Kubernetes with CRI-O from its own packages: crio-crun below crio',
    options: { identity: { runtime: 'cri-o' } },
    tell: (life) => {
      const main = life.main(['/manager']);
      const { process: by } = packagedCrun(Signal.TERM);
      life.wait(5_000).signal(Signal.TERM, main, packagedCrun(Signal.TERM), { disposition: 'handler' });
      life.wait(30).exit(main, 0);
      return { ...GRACEFUL, by, victim: main, says: ['CRI-O', 'manager'], neverSays: ['host'] };
    },
  },
  {
    name: 'docker stop, PID 1 without a handler: the kernel drops the request',
    tell: (life) => {
      const main = life.main(['sleep', '600']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { result: 'ignored' });
      life.wait(10_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(137);
      return {
        ...IGNORED,
        victim: main,
        says: ['sleep (PID 1)', 'no handler for SIGTERM', '10 s'],
        neverSays: ['memory', 'runc'],
      };
    },
  },
  {
    name: 'docker stop, PID 1 ignores SIGTERM by choice',
    tell: (life) => {
      const main = life.main(['/app/stubborn']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { result: 'ignored', disposition: 'ignore' });
      life.wait(10_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      return { ...IGNORED, victim: main, says: ['stubborn (PID 1) ignores SIGTERM'] };
    },
  },
  {
    name: 'a shell as PID 1 that does not forward, with a child that never hears of it',
    tell: (life) => {
      const sh = life.main(['/bin/sh', '-c', 'npm start; true']);
      const npm = life.child(sh, ['npm', 'start']);
      life.wait(5_000).signal(Signal.TERM, sh, runc(Signal.TERM), { result: 'ignored' });
      life.wait(10_000).signal(Signal.KILL, sh, runc(Signal.KILL));
      life.killed(sh, Signal.KILL);
      life.signal(Signal.KILL, npm, { process: sh, ancestry: [] }, { info: 'priv' });
      life.killed(npm, Signal.KILL);
      return { ...IGNORED, victim: sh, says: ['sh (PID 1)'], neverSays: ['npm'] };
    },
  },
  {
    name: 'docker stop repeated while the first waits, all dropped; a second SIGKILL finds one pending',
    tell: (life) => {
      const main = life.main(['sleep', '600']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { result: 'ignored' });
      life.wait(4_000).signal(Signal.TERM, main, runc(Signal.TERM), { result: 'ignored' });
      life.wait(6_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.signal(Signal.KILL, main, personOnHost(), { result: 'already_pending' });
      life.killed(main, Signal.KILL);
      return { ...IGNORED, victim: main, says: ['10 s'], neverSays: ['bash', 'ana'] };
    },
  },
  {
    name: 'docker stop, handler too slow',
    tell: (life) => {
      const main = life.main(['java', '-jar', 'app.jar']);
      life.wait(5_000).docker('kill', { signal: Signal.TERM });
      life.signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.handled(Signal.TERM, main);
      life.wait(10_000).docker('kill', { signal: Signal.KILL });
      life.signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(137, { oomKilled: false });
      return {
        ...FORCED,
        victim: main,
        by: runc(Signal.KILL).process,
        says: ['Did not stop in time', 'java (PID 1)', '10 s'],
      };
    },
  },
  {
    name: 'docker stop, forced; Docker reports OOMKilled: true nevertheless',
    tell: (life) => {
      const main = life.main(['java', '-jar', 'app.jar']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(10_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(137, { oomKilled: true });
      return {
        ...FORCED,
        victim: main,
        says: ['java'],
        neverSays: ['memory'],
        notes: ['OOMKilled: true, but the kernel killed no process'],
      };
    },
  },
  {
    name: 'the request was made before the agent watched: only Docker announced it',
    options: { seenFromStart: false },
    tell: (life) => {
      const main = life.main(['java', '-jar', 'app.jar']);
      life.wait(5_000).docker('kill', { signal: Signal.TERM });
      life.wait(10_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      return {
        ...FORCED,
        ruledOut: ['oom.container'],
        certainty: 'likely',
        victim: main,
        says: ['Did not stop in time', 'java'],
      };
    },
  },
  {
    name: 'dockerd goes down and takes an obedient container along',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(100).exit(main, 0);
      life.wait(300).daemonLost();
      return {
        cause: 'stop.shutdown',
        certainty: 'likely',
        victim: main,
        actor: 'runtime',
        says: ['Docker was going down', 'nginx'],
      };
    },
  },
  {
    name: 'dockerd goes down and kills what does not stop',
    tell: (life) => {
      const main = life.main(['sleep', '600']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { result: 'ignored' });
      life.wait(10_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      life.wait(300).daemonLost();
      return {
        cause: 'stop.shutdown',
        certainty: 'likely',
        victim: main,
        actor: 'runtime',
        says: ['going down', 'sleep'],
      };
    },
  },
  {
    name: 'dockerd announces its own stops at a shutdown, too',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).docker('kill', { signal: Signal.TERM });
      life.signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(100).exit(main, 0);
      life.wait(300).daemonLost();
      return {
        cause: 'stop.shutdown',
        certainty: 'likely',
        victim: main,
        actor: 'runtime',
        says: ['going down', 'nginx'],
      };
    },
  },
  {
    name: 'a stop well before the daemon’s connection breaks is a stop',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(100).exit(main, 0);
      life.wait(40_000).daemonLost();
      return { ...GRACEFUL, victim: main, says: ['Stopped on request'] };
    },
  },
  {
    name: 'containerd itself asks',
    options: { identity: { runtime: 'containerd' } },
    tell: (life) => {
      const main = life.main(['/manager']);
      life.wait(5_000).signal(Signal.TERM, main, containerd(), { disposition: 'handler' });
      life.wait(30).exit(main, 0);
      return { ...GRACEFUL, by: containerd().process, victim: main, says: ['containerd', 'manager'] };
    },
  },
];
