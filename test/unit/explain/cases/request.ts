import { Signal } from '../../../../agent/domain/signals.ts';
import { US_PER_MS } from '../../../../agent/domain/time.ts';
import type { Life } from '../../../support/life.ts';
import { below, client, hostDaemon, hostProcess, runc } from '../../../support/senders.ts';
import type { Sender } from '../../../support/senders.ts';
import type { DeathCase, Expected } from './case.ts';

const ALICE = client('alice', 1_000, ['/usr/bin/docker', 'stop', 'web']);
const BOB = client('bob', 1_001, ['docker', 'kill', 'web']);
const RUNNER = 'c1'.repeat(32);

/** Asked to stop, and it does so at once. */
function stopsAt(life: Life, ask: () => void): Expected {
  const main = life.main(['nginx']);
  life.wait(5_000);
  ask();
  life.wait(60).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
  life.wait(80).exit(main, 0);
  life.dockerSawEnd(0);
  return { cause: 'stop.graceful', certainty: 'certain', victim: main, actor: 'runtime', says: ['nginx (PID 1)'] };
}

function killedAt(life: Life, ask: () => void): Expected {
  const main = life.main(['nginx']);
  life.wait(5_000);
  ask();
  life.wait(40).signal(Signal.KILL, main, runc(Signal.KILL));
  life.killed(main, Signal.KILL);
  life.dockerSawEnd(137);
  return {
    cause: 'kill.runtime',
    certainty: 'certain',
    victim: main,
    actor: 'runtime',
    says: ['Killed through Docker'],
  };
}

type Asked = NonNullable<Expected['asked']>;

function certainly({ process }: Sender): Asked {
  return { certainty: 'certain', by: [process] };
}

function possibly(...senders: readonly Sender[]): Asked {
  return { certainty: 'possible', by: senders.map(({ process }) => process) };
}

/** The requester, where the client's socket tells of it. */
export const REQUEST_CASES: readonly DeathCase[] = [
  {
    name: 'alice ran docker stop',
    tell: (life) => ({
      ...stopsAt(life, () => {
        life.request('stop', ALICE);
      }),
      asked: certainly(ALICE),
      says: [
        'Stopped on request: alice ran `docker stop web`; Docker sent SIGTERM and nginx (PID 1) ended 80 ms later',
      ],
    }),
  },
  {
    name: 'the same request long before is no proof',
    tell: (life) => ({
      ...stopsAt(life, () => {
        life.request('stop', ALICE);
        life.wait(5_000);
      }),
      asked: possibly(ALICE),
      says: ['alice ran `docker stop web` shortly before, which may be why; Docker sent SIGTERM'],
    }),
  },
  {
    name: 'a request that the runtime has answered already is not blamed for the next signal',
    tell: (life) => {
      const main = life.main(['nginx']);
      const reload = client('ops', 1_002, ['docker', 'kill', '--signal', 'TERM', 'web']);
      life.wait(5_000).request('kill', reload, { signal: Signal.TERM });
      life.wait(20).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler', result: 'ignored' });
      life.wait(30_000).request('stop', ALICE);
      life.wait(60).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(10).exit(main, 0);
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        victim: main,
        actor: 'runtime',
        asked: certainly(ALICE),
        says: ['alice ran'],
        neverSays: ['ops'],
      };
    },
  },
  {
    name: 'what was asked for afterwards explains nothing',
    tell: (life) => {
      const expected = stopsAt(life, () => undefined);
      life.request('remove', BOB);
      return { ...expected, says: ['Stopped on request: Docker sent SIGTERM'], neverSays: ['bob', 'ran'] };
    },
  },
  {
    name: 'another action explains nothing',
    tell: (life) => ({
      ...killedAt(life, () => {
        life.request('stop', ALICE, { graceSeconds: 30 });
        life.request('kill', BOB, { signal: Signal.HUP });
      }),
      says: ['Killed through Docker: nginx (PID 1) was sent SIGKILL without a request to stop first'],
      neverSays: ['alice', 'bob'],
    }),
  },
  {
    name: 'docker kill by bob',
    tell: (life) => ({
      ...killedAt(life, () => {
        life.request('kill', BOB, { signal: Signal.KILL });
      }),
      asked: certainly(BOB),
      says: ['Killed through Docker: bob ran `docker kill web`; nginx (PID 1) was sent SIGKILL without'],
    }),
  },
  {
    name: 'two at the same moment: neither is chosen',
    tell: (life) => ({
      ...stopsAt(life, () => {
        life.request('stop', ALICE);
        life.request('restart', client('bob', 1_001, ['docker', 'restart', 'web']));
      }),
      asked: possibly(ALICE, BOB),
      says: [
        'one of these may have asked for it: alice (`docker stop web`) or bob (`docker restart web`); Docker sent',
      ],
    }),
  },
  {
    name: 'docker compose down, by its plug-in and sudo',
    options: { identity: { labels: { 'com.docker.compose.project': 'shop' } } },
    tell: (life) => {
      const plugin = ['/usr/libexec/docker/cli-plugins/docker-compose', 'compose', 'down'];
      const sudo = hostProcess(7_001, ['sudo', 'docker', 'compose', 'down']);
      const bash = hostProcess(7_000, ['-bash'], { exe: 'bash', uid: 1_000, user: 'alice' });
      const compose: Sender = {
        process: hostProcess(7_003, plugin),
        ancestry: [hostProcess(7_002, ['docker', 'compose', 'down']), sudo, bash],
      };
      return {
        ...stopsAt(life, () => {
          life.request('stop', compose, { container: life.id });
        }),
        asked: certainly(compose),
        says: ['alice (as root) ran `docker compose down` for the Compose project shop; Docker sent SIGTERM'],
      };
    },
  },
  {
    name: 'a cron job',
    tell: (life) => {
      const job: Sender = {
        process: hostProcess(7_050, ['docker', 'restart', 'web']),
        ancestry: [
          hostProcess(7_049, ['/bin/sh', '-c', 'docker restart web']),
          hostProcess(640, ['/usr/sbin/cron', '-f']),
        ],
      };
      return {
        ...stopsAt(life, () => {
          life.request('restart', job);
        }),
        asked: certainly(job),
        says: ['Stopped on request: a cron job of root ran `docker restart web`; Docker sent'],
      };
    },
  },
  {
    name: 'an extension of the editor',
    tell: (life) => {
      const host = hostProcess(7_100, ['/usr/share/code/node', 'bootstrap-fork', '--type=extensionHost']);
      const docker = hostProcess(7_101, ['docker', 'container', 'stop', 'web'], { uid: 1_000, user: 'alice' });
      const extension: Sender = { process: docker, ancestry: [host] };
      return {
        ...stopsAt(life, () => {
          life.request('stop', extension);
        }),
        asked: certainly(extension),
        says: ['an extension of alice’s VS Code ran `docker container stop web`; Docker sent'],
      };
    },
  },
  {
    name: 'a container that has the socket mounted',
    tell: (life) => {
      const curl: Sender = {
        process: hostProcess(7_200, ['curl', 'x'], { containerId: RUNNER, nsPid: 9 }),
        ancestry: [],
      };
      return {
        ...killedAt(life, () => {
          life.request('remove', curl, { clientContainer: 'ci-runner' });
        }),
        asked: certainly(curl),
        says: [
          'a process of the container ci-runner, which has Docker’s socket mounted, asked Docker to remove it by force;',
        ],
      };
    },
  },
  {
    name: 'the container itself, through the socket that is mounted in it',
    tell: (life) => {
      const curl: Sender = { process: hostProcess(7_201, ['curl', 'x'], { containerId: life.id }), ancestry: [] };
      return {
        ...killedAt(life, () => {
          life.request('kill', curl);
        }),
        asked: certainly(curl),
        says: ['a process of this very container, which has Docker’s socket mounted, asked Docker to kill it;'],
      };
    },
  },
  {
    name: 'a protocol that nobody can read: who spoke is possible',
    options: { identity: { runtime: 'containerd', name: 'web' } },
    tell: (life) => {
      const kubelet = hostDaemon(['/usr/bin/kubelet', '--config', '/var/lib/kubelet/config.yaml'], 811);
      const stop = stopsAt(life, () => {
        life.request('unknown', kubelet, { runtime: 'containerd', socket: '/run/containerd/containerd.sock' });
      });
      return {
        ...stop,
        asked: possibly(kubelet),
        says: [
          'kubelet (pid 811, user root) spoke to containerd just before, and may have asked for it; containerd sent',
        ],
      };
    },
  },
  {
    name: 'bob does not wait for the end of alice’s grace period',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).request('stop', ALICE, { graceSeconds: 60 });
      life.wait(60).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
      life.wait(4_000).request('kill', BOB);
      life.wait(30).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      return {
        cause: 'stop.forced',
        certainty: 'certain',
        victim: main,
        actor: 'runtime',
        asked: certainly(ALICE),
        says: [
          'Killed before it had stopped: alice ran `docker stop web`; nginx (PID 1) got SIGTERM, but 4.0 s later bob ran `docker kill web` and Docker killed it.',
        ],
        neverSays: ['in time'],
      };
    },
  },
  {
    name: 'somebody stopped it, and the daemon went down soon after',
    tell: (life) => {
      const expected = stopsAt(life, () => {
        life.request('stop', ALICE);
      });
      life.now += 900 * US_PER_MS;
      life.daemonLost();
      return { ...expected, asked: certainly(ALICE), says: ['alice ran'], neverSays: ['going down'] };
    },
  },
  {
    name: 'requests were lost: somebody else may have asked as well',
    tell: (life) => {
      const expected = stopsAt(life, () => {
        life.request('stop', ALICE);
      });
      life.gap(['runtime_request']);
      return {
        ...expected,
        asked: possibly(ALICE),
        says: ['alice ran `docker stop web` shortly before, which may be why'],
      };
    },
  },
  {
    name: 'a client that floods the runtime hides its own request: whoever was seen only may have asked',
    tell: (life) => {
      const expected = stopsAt(life, () => {
        life.request('stop', ALICE);
      });
      life.gap(['runtime_request'], 'rate_limited', 400);
      return {
        ...expected,
        asked: possibly(ALICE),
        says: ['alice ran `docker stop web` shortly before, which may be why'],
      };
    },
  },
  {
    name: 'a request that nothing followed for seconds: it may have been refused, and the stop is somebody else’s',
    tell: (life) => ({
      ...stopsAt(life, () => {
        life.request('stop', ALICE);
        life.wait(3_000);
      }),
      asked: possibly(ALICE),
      says: ['alice ran `docker stop web` shortly before, which may be why'],
    }),
  },
  {
    name: 'a machine under load: the runtime took the request up at once, and its helper was slow',
    tell: (life) => {
      const main = life.main(['nginx']);
      life.wait(5_000).request('stop', ALICE);
      const helper = runc(Signal.TERM);
      const slow = { ...helper, process: { ...helper.process, startedAt: life.now + 900 * US_PER_MS } };
      life.wait(3_000).signal(Signal.TERM, main, slow, { disposition: 'handler' });
      life.wait(80).exit(main, 0);
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        victim: main,
        actor: 'runtime',
        asked: certainly(ALICE),
        says: ['alice ran `docker stop web`; Docker sent SIGTERM'],
      };
    },
  },
  {
    name: 'podman stop, which needs no daemon',
    options: { identity: { runtime: 'podman' } },
    tell: (life) => {
      const podman = hostProcess(7_400, ['podman', '--root', '/srv/containers', 'stop', 'web'], {
        uid: 1_000,
        user: 'alice',
      });
      const crun: Sender = {
        process: hostProcess(7_401, ['/usr/bin/crun', 'kill', life.id, '15']),
        ancestry: [podman, hostProcess(7_399, ['-bash'], { exe: 'bash', uid: 1_000, user: 'alice' })],
      };
      const main = life.main(['nginx']);
      life.wait(5_000).signal(Signal.TERM, main, crun, { disposition: 'handler' });
      life.wait(80).exit(main, 0);
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        victim: main,
        actor: 'runtime',
        asked: { certainty: 'certain', by: [podman] },
        says: ['Stopped on request: alice ran `podman … stop web`; Podman sent SIGTERM'],
      };
    },
  },
  {
    name: 'a program that speaks to the socket itself',
    tell: (life) => {
      const watch = { process: below(hostProcess(7_300, ['/opt/watchdog', '--all'])).process, ancestry: [] };
      return {
        ...stopsAt(life, () => {
          life.request('restart', watch);
        }),
        asked: certainly(watch),
        says: ['watchdog (pid 7300, user root) asked Docker to restart it; Docker sent SIGTERM'],
      };
    },
  },
];
