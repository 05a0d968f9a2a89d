import { Signal } from '../../../../agent/domain/signals.ts';
import { hostProcess, runc } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';

/** Through the runtime, without a request to stop. */
export const RUNTIME_KILL_CASES: readonly DeathCase[] = [
  {
    name: 'docker kill',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).docker('kill', { signal: Signal.KILL });
      life.signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(137);
      return {
        cause: 'kill.runtime',
        certainty: 'certain',
        victim: main,
        actor: 'runtime',
        by: runc(Signal.KILL).process,
        says: ['Killed through Docker', 'nginx (PID 1)', 'without a request to stop first'],
        neverSays: ['memory', 'runc'],
        ruledOut: ['oom.container', 'kill.host'],
      };
    },
  },
  {
    name: 'runc delete on a container whose shim was killed',
    tell: (life) => {
      const main = life.main(['nginx']);
      const { ancestry } = runc(Signal.KILL);
      const sweeper = hostProcess(9_300, ['runc', '--root', '/run/runc', 'delete', '--force', 'a3f1']);
      life.wait(5_000).signal(Signal.KILL, main, { process: sweeper, ancestry });
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(255);
      return {
        cause: 'kill.runtime',
        certainty: 'likely',
        victim: main,
        actor: 'runtime',
        says: ['nginx', 'shim'],
        neverSays: ['runc'],
        ruledOut: ['oom.container'],
        notes: ['the kernel saw 137'],
      };
    },
  },
  {
    name: 'docker kill -s USR1, unhandled',
    tell: (life) => {
      const main = life.main(['sleep', '600'], { nsPid: 812 });
      life.wait(5_000).signal(10, main, runc(10));
      life.killed(main, 10);
      return {
        cause: 'kill.runtime',
        certainty: 'certain',
        victim: main,
        actor: 'runtime',
        says: ['SIGUSR1', 'no handler for it'],
      };
    },
  },
];
