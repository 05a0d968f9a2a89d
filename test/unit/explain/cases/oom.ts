import type { MemoryLevel } from '../../../../agent/domain/evidence.ts';
import { Signal } from '../../../../agent/domain/signals.ts';
import { MIB } from '../../../../agent/domain/bytes.ts';
import { POD_CONTAINER, levels } from '../../../support/life.ts';
import { hostDaemon, hostProcess, personOnHost, runc } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';

const SHELL = ['/bin/sh', '-c', 'python3 worker.py; echo done'];
const OOM = {
  cause: 'oom.container',
  certainty: 'certain',
  actor: 'kernel',
  ruledOut: ['oom.host', 'kill.host'],
} as const;

/** With memory.oom.group set for the container. */
function asGroup(given: readonly MemoryLevel[]): MemoryLevel[] {
  return given.map((level) => (level.isContainer ? { ...level, killsGroup: true } : level));
}

const POD_GROUP = 'kubepods-burstable-pod0a1b2c3d_1111_2222_3333_444455556666.slice';

/** The pod's limit is reached, by a container that uses so much of its own 256 MiB. */
function inPod(id: string, usageBytes: number, podLimitBytes: number): MemoryLevel[] {
  return levels(id, 'parent', POD_GROUP).map((level) => {
    if (level.isContainer) return { ...level, usageBytes };
    return level.name === POD_GROUP ? { ...level, usageBytes: podLimitBytes, limitBytes: podLimitBytes } : level;
  });
}

/** Memory ran out: whose limit, who was chosen, and what the runtime makes of it. */
export const OOM_CASES: readonly DeathCase[] = [
  {
    name: 'main process over its own limit; Docker says OOMKilled: true',
    tell: (life) => {
      const main = life.main(['/usr/bin/python3', 'hog.py']);
      life.wait(5_000).docker('start');
      life.wait(2_000).oom(main, levels(life.id, 'container'));
      life.kernelLog(main, 'memcg', `/docker/${life.id}`);
      life.killed(main, Signal.KILL);
      life.removed();
      life.dockerSawEnd(137, { oomKilled: true });
      return { ...OOM, victim: main, says: ['Out of memory', 'python3 (PID 1)', '256 MiB'], neverSays: ['OOMKilled'] };
    },
  },
  {
    name: 'a real out-of-memory kill that Docker calls OOMKilled: false',
    tell: (life) => {
      const main = life.main(['/usr/bin/python3', 'hog.py']);
      life.wait(900).oom(main, levels(life.id, 'container'));
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(137, { oomKilled: false });
      return { ...OOM, victim: main, says: ['python3 (PID 1)'], notes: ['OOMKilled: false. It is wrong'] };
    },
  },
  {
    name: 'the process that asked for memory is another one than the victim',
    tell: (life) => {
      const main = life.main(['node', 'server.js']);
      const gzip = life.child(main, ['gzip', '-9']);
      life.wait(3_000).oom(main, levels(life.id, 'container'), gzip);
      life.killed(main, Signal.KILL);
      return { ...OOM, victim: main, says: ['node (PID 1)'], neverSays: ['gzip'] };
    },
  },
  {
    name: 'a child is killed and the shell passes on 137',
    tell: (life) => {
      const main = life.main(SHELL);
      const child = life.child(main, ['python3', 'worker.py']);
      life.wait(2_000).oom(child, levels(life.id, 'container'));
      life.killed(child, Signal.KILL);
      life.exit(main, 137);
      life.dockerSawEnd(137, { oomKilled: true });
      return {
        ...OOM,
        victim: child,
        isMain: false,
        says: ['killed python3', 'sh (PID 1) passed that on as exit code 137'],
      };
    },
  },
  {
    name: 'a forked child that never ran exec is killed, and main passes on 137',
    tell: (life) => {
      const main = life.main(['/usr/bin/python3', 'pool.py']);
      const worker = life.fork(main);
      life.wait(2_000).oom(worker, levels(life.id, 'container'), main);
      life.killed(worker, Signal.KILL);
      life.exit(main, 137);
      return { ...OOM, victim: worker, isMain: false, says: ['python3', 'passed that on'] };
    },
  },
  {
    name: 'a child is killed and its supervisor gives up with 1',
    tell: (life) => {
      const main = life.main(['node', 'supervisor.js']);
      const child = life.child(main, ['node', 'worker.js']);
      life.wait(2_000).oom(child, levels(life.id, 'container'));
      life.killed(child, Signal.KILL);
      life.wait(300).exit(main, 1);
      return { ...OOM, certainty: 'likely', victim: child, isMain: false, says: ['gave up with exit code 1'] };
    },
  },
  {
    name: 'memory.oom.group: the culprit is marked first, main is collateral',
    tell: (life) => {
      const main = life.main(['nginx']);
      const culprit = life.child(main, ['php-fpm', '--nodaemonize']);
      life.wait(2_000).signal(Signal.KILL, culprit, { process: culprit, ancestry: [] }, { info: 'priv' });
      life.oomMark(culprit, asGroup(levels(life.id, 'container')));
      // The kernel writes a line to its console between two of them.
      life.wait(60).signal(Signal.KILL, main, { process: culprit, ancestry: [] }, { info: 'priv' });
      life.oomMark(main, asGroup(levels(life.id, 'container')), culprit);
      life.wait(3).killed(main, Signal.KILL);
      life.killed(culprit, Signal.KILL);
      return {
        ...OOM,
        victim: culprit,
        isMain: false,
        says: ['killed php-fpm', 'nginx (PID 1)'],
        notes: ['memory.oom.group'],
      };
    },
  },
  {
    name: 'one after the other, without memory.oom.group: the main process was chosen itself',
    tell: (life) => {
      const main = life.main(['nginx']);
      const first = life.child(main, ['php-fpm', '--nodaemonize']);
      life.wait(2_000).signal(Signal.KILL, first, { process: main, ancestry: [] }, { info: 'priv' });
      life.oomMark(first, levels(life.id, 'container'), main);
      life.killed(first, Signal.KILL);
      life.signal(Signal.KILL, main, { process: main, ancestry: [] }, { info: 'priv' });
      life.oomMark(main, levels(life.id, 'container'));
      life.killed(main, Signal.KILL);
      return { ...OOM, victim: main, says: ['killed nginx (PID 1)'], neverSays: ['with it'] };
    },
  },
  {
    name: 'the limit of a group inside the container',
    tell: (life) => {
      const main = life.main(['/sbin/init']);
      life.wait(2_000).oom(main, levels(life.id, 'nested'));
      life.killed(main, Signal.KILL);
      return { ...OOM, victim: main, says: ['64 MiB'], neverSays: ['256 MiB'] };
    },
  },
  {
    name: 'the limit of the group above',
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).oom(main, levels(life.id, 'parent', 'kubepods-burstable.slice'));
      life.killed(main, Signal.KILL);
      return {
        cause: 'oom.ancestor',
        certainty: 'certain',
        victim: main,
        actor: 'kernel',
        says: ['kubepods-burstable.slice', '512 MiB', 'redis-server'],
        ruledOut: ['oom.container', 'oom.host', 'kill.host'],
        notes: ['The container itself used 90 MiB of its own limit of 256 MiB'],
      };
    },
  },
  {
    name: 'a pod of one container: its limit follows from the container’s, and is reached first',
    options: { identity: POD_CONTAINER },
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).oom(main, inPod(life.id, 254 * MIB, 256 * MIB));
      life.killed(main, Signal.KILL);
      return {
        ...OOM,
        victim: main,
        says: ['because the container reached its memory limit of 256 MiB'],
        neverSays: ['pod'],
        notes: ['the limit of the pod, which is the sum of its containers’ limits'],
      };
    },
  },
  {
    name: 'a pod that is full of something else than this container',
    options: { identity: POD_CONTAINER },
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).oom(main, inPod(life.id, 90 * MIB, 256 * MIB));
      life.killed(main, Signal.KILL);
      return {
        cause: 'oom.ancestor',
        certainty: 'certain',
        victim: main,
        actor: 'kernel',
        says: ['because the pod reached its limit of 256 MiB for all its containers together'],
        neverSays: ['kubepods', 'group'],
        ruledOut: ['oom.container', 'oom.host', 'kill.host'],
        notes: ['The container itself used 90 MiB of its own limit of 256 MiB'],
      };
    },
  },
  {
    name: 'a pod of several containers, of which this one is at no limit of its own',
    options: { identity: POD_CONTAINER },
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).oom(main, inPod(life.id, 254 * MIB, 512 * MIB));
      life.killed(main, Signal.KILL);
      return {
        cause: 'oom.ancestor',
        certainty: 'certain',
        victim: main,
        actor: 'kernel',
        says: ['because the pod reached its limit of 512 MiB'],
      };
    },
  },
  {
    name: 'the machine ran out of memory, and the kernel log says so',
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).oom(main, levels(life.id, 'none'), hostProcess(9_000, ['/usr/bin/stress']));
      life.kernelLog(main, 'none');
      life.killed(main, Signal.KILL);
      return {
        cause: 'oom.host',
        certainty: 'certain',
        victim: main,
        actor: 'kernel',
        says: ['The machine ran out of memory', 'redis-server'],
        neverSays: ['stress'],
        ruledOut: ['oom.container', 'kill.host'],
      };
    },
  },
  {
    name: 'no level moved and no kernel log: host, but not proven',
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).oom(main, levels(life.id, 'none'));
      life.killed(main, Signal.KILL);
      return { cause: 'oom.host', certainty: 'likely', victim: main, actor: 'kernel', says: ['redis-server'] };
    },
  },
  {
    name: 'the allowed memory nodes ran out',
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).oom(main, levels(life.id, 'none'));
      life.kernelLog(main, 'cpuset');
      life.killed(main, Signal.KILL);
      return {
        cause: 'oom.host',
        certainty: 'likely',
        victim: main,
        actor: 'kernel',
        says: [],
        notes: ['constraint: cpuset'],
      };
    },
  },
  {
    name: 'no level moved, but the kernel log says a memory group',
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).oom(main, levels(life.id, 'none'));
      life.kernelLog(main, 'memcg', `/docker/${life.id}`);
      life.killed(main, Signal.KILL);
      return { ...OOM, certainty: 'likely', victim: main, says: ['redis-server', 'its memory limit'] };
    },
  },
  {
    name: 'the mark was lost, the kernel log names the victim and the group',
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).signal(Signal.KILL, main, { process: main, ancestry: [] }, { info: 'priv' });
      life.kernelLog(main, 'memcg', `/docker/${life.id}`);
      life.killed(main, Signal.KILL);
      life.gap(['oom_kill']);
      return { ...OOM, certainty: 'likely', victim: main, says: ['redis-server'] };
    },
  },
  {
    name: 'the mark was lost, and the kernel log names a group above',
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      life.wait(2_000).signal(Signal.KILL, main, { process: main, ancestry: [] }, { info: 'priv' });
      life.kernelLog(main, 'memcg', '/shop.slice');
      life.killed(main, Signal.KILL);
      life.gap(['oom_kill']);
      return { cause: 'oom.ancestor', certainty: 'likely', victim: main, actor: 'kernel', says: ['/shop.slice'] };
    },
  },
  {
    name: 'a process that somebody has killed is marked as well, without a signal of its own',
    tell: (life) => {
      const main = life.main(['/usr/bin/redis-server']);
      const ana = personOnHost();
      life.wait(2_000).signal(Signal.KILL, main, ana);
      life.oomMark(main, levels(life.id, 'container'));
      life.wait(2).killed(main, Signal.KILL);
      return {
        cause: 'kill.host',
        certainty: 'certain',
        victim: main,
        actor: 'host',
        by: ana.process,
        says: ['ana killed redis-server'],
        neverSays: ['memory'],
      };
    },
  },
  {
    name: 'a child was killed for memory an hour before an orderly stop',
    tell: (life) => {
      const main = life.main(['nginx']);
      const child = life.child(main, ['php-fpm']);
      life.wait(2_000).oom(child, levels(life.id, 'container'));
      life.killed(child, Signal.KILL);
      life.wait(3_600_000).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(80).exit(main, 0);
      life.dockerSawEnd(0, { oomKilled: true });
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        victim: main,
        actor: 'runtime',
        says: ['nginx (PID 1)', 'SIGTERM'],
        neverSays: ['php-fpm', 'memory'],
        notes: ['not what ended the container', 'lived on'],
      };
    },
  },
  {
    name: 'systemd-oomd frees memory',
    tell: (life) => {
      const main = life.main(['java', '-jar', 'app.jar']);
      const oomd = hostDaemon(['/usr/lib/systemd/systemd-oomd']);
      life.wait(2_000).signal(Signal.KILL, main, oomd);
      life.killed(main, Signal.KILL);
      return {
        cause: 'oom.userspace',
        certainty: 'certain',
        victim: main,
        actor: 'host',
        by: oomd.process,
        says: ['systemd-oomd', 'java'],
      };
    },
  },
  {
    name: 'systemd-oomd frees memory through cgroup.kill',
    tell: (life) => {
      const main = life.main(['java', '-jar', 'app.jar']);
      const oomd = hostDaemon(['/usr/lib/systemd/systemd-oomd']);
      life.wait(2_000).signal(Signal.KILL, main, oomd, { info: 'none', group: false });
      life.killed(main, Signal.KILL);
      return {
        cause: 'oom.userspace',
        certainty: 'certain',
        victim: main,
        actor: 'host',
        by: oomd.process,
        says: ['systemd-oomd'],
      };
    },
  },
  {
    name: 'earlyoom asks first with SIGTERM',
    tell: (life) => {
      const main = life.main(['java', '-jar', 'app.jar'], { nsPid: 40 });
      const earlyoom = hostDaemon(['/usr/bin/earlyoom']);
      life.wait(2_000).signal(Signal.TERM, main, earlyoom);
      life.killed(main, Signal.TERM);
      return { cause: 'oom.userspace', certainty: 'certain', victim: main, actor: 'host', says: ['earlyoom', 'java'] };
    },
  },
];
