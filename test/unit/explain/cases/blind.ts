import { Signal } from '../../../../agent/domain/signals.ts';
import { personOnHost, runc } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';

const UNWATCHED = { kernelWatched: false } as const;
const UNKNOWN = { cause: 'unknown', certainty: 'unknown', actor: 'unknown' } as const;

/** Nobody watched the kernel: the runtime's word is all there is, and never makes a verdict certain. */
export const REPORTED_CASES: readonly DeathCase[] = [
  {
    name: 'unwatched: stop, handled',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).docker('kill', { signal: Signal.TERM });
      life.wait(400).dockerSawEnd(0);
      life.docker('stop');
      return {
        cause: 'stop.graceful',
        certainty: 'likely',
        actor: 'runtime',
        says: ['asked the container to stop', 'SIGTERM', 'exit code 0'],
      };
    },
  },
  {
    name: 'unwatched: stop, then kill',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).docker('kill', { signal: Signal.TERM });
      life.wait(10_000).docker('kill', { signal: Signal.KILL });
      life.dockerSawEnd(137);
      return { cause: 'stop.forced', certainty: 'possible', actor: 'runtime', says: ['10 s', 'nobody saw'] };
    },
  },
  {
    name: 'unwatched: docker kill',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).docker('kill', { signal: Signal.KILL });
      life.dockerSawEnd(137);
      return { cause: 'kill.runtime', certainty: 'likely', actor: 'runtime', says: ['Killed through Docker'] };
    },
  },
  {
    name: 'unwatched: a reload signal an hour ago is no request to stop',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).docker('kill', { signal: Signal.HUP });
      life.wait(3_600_000).dockerSawEnd(1);
      return {
        cause: 'exit.error',
        certainty: 'likely',
        actor: 'self',
        says: ['code 1'],
        neverSays: ['SIGHUP', 'asked'],
      };
    },
  },
  {
    name: 'unwatched: exit 0',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).dockerSawEnd(0);
      return { cause: 'exit.success', certainty: 'likely', actor: 'self', says: ['exit code 0', 'Docker'] };
    },
  },
  {
    name: 'unwatched: exit 1',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).dockerSawEnd(1);
      life.log('panic: no route to host');
      return { cause: 'exit.error', certainty: 'likely', actor: 'self', says: ['code 1', 'panic: no route to host'] };
    },
  },
  {
    name: 'unwatched: 137 decides nothing',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).dockerSawEnd(137);
      return { ...UNKNOWN, says: ['137', 'nobody saw why'] };
    },
  },
  {
    name: 'unwatched: 143 decides nothing',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).dockerSawEnd(143);
      return { ...UNKNOWN, says: ['143', 'SIGTERM, or the program’s own exit code'] };
    },
  },
  {
    name: 'unwatched: 255 says at most that it failed',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).dockerSawEnd(255);
      return { ...UNKNOWN, says: ['255', 'lost'], neverSays: ['signal 127'] };
    },
  },
  {
    name: 'unwatched: 137 with OOMKilled: true',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).docker('oom');
      life.dockerSawEnd(137, { oomKilled: true });
      return { cause: 'oom.container', certainty: 'possible', actor: 'unknown', says: ['OOMKilled', 'nobody saw'] };
    },
  },
  {
    name: 'unwatched: the kernel log names the container’s group',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).kernelLog({ pid: 4_000, startedAt: 0, comm: 'java' }, 'memcg', `/docker/${life.id}`);
      life.wait(20).dockerSawEnd(137, { oomKilled: true });
      return { cause: 'oom.container', certainty: 'likely', actor: 'kernel', says: ['kernel’s log', 'memory limit'] };
    },
  },
  {
    name: 'unwatched: the kernel log says the machine ran out',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).kernelLog({ pid: 4_000, startedAt: 0, comm: 'java' }, 'none');
      life.wait(20).dockerSawEnd(137);
      return { cause: 'oom.host', certainty: 'likely', actor: 'kernel', says: ['the machine ran out of memory'] };
    },
  },
  {
    name: 'unwatched: the kernel log names a group above',
    options: UNWATCHED,
    tell: (life) => {
      life.docker('start');
      life.wait(5_000).kernelLog({ pid: 4_000, startedAt: 0, comm: 'java' }, 'memcg', '/shop.slice');
      life.wait(20).dockerSawEnd(137);
      return { cause: 'oom.ancestor', certainty: 'likely', actor: 'kernel', says: ['a part of'] };
    },
  },
];

/** The kernel was watched, but what decides did not arrive. */
export const UNKNOWN_CASES: readonly DeathCase[] = [
  {
    name: 'the record of the signal was lost',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).gap(['signal_sent']);
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(137, { oomKilled: true });
      return { ...UNKNOWN, victim: main, says: ['nginx (PID 1)', 'SIGKILL', 'was lost'] };
    },
  },
  {
    name: 'the agent came between signal and end',
    options: { seenFromStart: false },
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).killed(main, Signal.KILL);
      return { ...UNKNOWN, victim: main, says: ['nginx', 'before the agent was watching'] };
    },
  },
  {
    name: 'a pending SIGKILL is not blamed when the first one’s record was lost',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).gap(['signal_sent']);
      life.signal(Signal.KILL, main, personOnHost(), { result: 'already_pending' });
      life.killed(main, Signal.KILL);
      return { ...UNKNOWN, victim: main, says: ['nginx', 'was lost'], neverSays: ['bash', 'ana'] };
    },
  },
  {
    name: 'the agent came late but saw the kill: no request before it can be promised',
    options: { seenFromStart: false },
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      return { cause: 'kill.runtime', certainty: 'likely', victim: main, actor: 'runtime', says: ['nginx'] };
    },
  },
  {
    name: 'the agent came late and saw a host kill in full',
    options: { seenFromStart: false },
    tell: (life) => {
      const main = life.main(['nginx']);
      const ana = personOnHost();
      life.wait(5_000).signal(Signal.KILL, main, ana);
      life.killed(main, Signal.KILL);
      return {
        cause: 'kill.host',
        certainty: 'certain',
        victim: main,
        actor: 'host',
        by: ana.process,
        says: ['ana killed', 'nginx'],
      };
    },
  },
  {
    name: 'nothing is known of the end',
    tell: (life) => {
      life.main(['nginx']);
      life.wait(5_000).removed();
      return { ...UNKNOWN, says: [] };
    },
  },
];
