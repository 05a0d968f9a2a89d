import { Signal } from '../../../../agent/domain/signals.ts';
import { personOnHost } from '../../../support/senders.ts';
import { levels } from '../../../support/life.ts';
import type { DeathCase } from './case.ts';

const ERROR = { cause: 'exit.error', certainty: 'certain', actor: 'self' } as const;

/** It ended by itself. */
export const EXIT_CASES: readonly DeathCase[] = [
  {
    name: 'exit 0',
    tell: (life) => {
      const main = life.main(['/job']);
      life.wait(5_000).exit(main, 0);
      life.dockerSawEnd(0);
      return {
        cause: 'exit.success',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['job (PID 1)', 'exit code 0'],
      };
    },
  },
  {
    name: 'exit 0 within 30 ms',
    tell: (life) => {
      const main = life.main(['/bin/true']);
      life.wait(1).exit(main, 0);
      life.removed();
      return { cause: 'exit.success', certainty: 'certain', victim: main, actor: 'self', says: ['true (PID 1)'] };
    },
  },
  {
    name: 'exit 0 with OOMKilled: true',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'hog; true']);
      const child = life.child(main, ['hog']);
      life.wait(500).oom(child, levels(life.id, 'container'));
      life.killed(child, Signal.KILL);
      life.wait(20).exit(main, 0);
      life.dockerSawEnd(0, { oomKilled: true });
      return {
        cause: 'exit.success',
        certainty: 'certain',
        victim: main,
        actor: 'self',
        says: ['sh (PID 1)'],
        neverSays: ['memory'],
        notes: ['OOMKilled: true'],
      };
    },
  },
  {
    name: 'exit 1 with a traceback',
    tell: (life) => {
      const main = life.main(['python3', 'app.py']);
      life.wait(5_000).exit(main, 1);
      life.dockerSawEnd(1);
      life.log('Traceback (most recent call last):', "KeyError: 'DATABASE_URL'");
      return { ...ERROR, victim: main, says: ['python3 (PID 1)', 'code 1', 'DATABASE_URL'] };
    },
  },
  {
    name: 'exit 1 because no further process was allowed',
    options: { identity: { limits: { pids: 64 } } },
    tell: (life) => {
      const main = life.main(['/server']);
      life.wait(5_000).exit(main, 1);
      life.dockerSawEnd(1);
      life.log('server: fork: Resource temporarily unavailable');
      return {
        cause: 'limit.pids',
        certainty: 'likely',
        victim: main,
        actor: 'self',
        says: ['server (PID 1)', 'its limit of 64', 'Resource temporarily unavailable'],
      };
    },
  },
  {
    name: 'exit 1 because no further process was allowed, without a limit of the container',
    tell: (life) => {
      const main = life.main(['/server']);
      life.wait(5_000).exit(main, 1);
      life.dockerSawEnd(1);
      life.log('server: fork: Resource temporarily unavailable');
      return { ...ERROR, victim: main, says: ['code 1', 'Resource temporarily unavailable'] };
    },
  },
  {
    name: 'exit 2, 255 without any word',
    tell: (life) => {
      const main = life.main(['/job']);
      life.wait(5_000).exit(main, 255);
      return { ...ERROR, victim: main, says: ['code 255'], neverSays: ['signal'], neverRulesOut: ['kill.host'] };
    },
  },
  {
    name: 'exit(137) without any signal; Docker says OOMKilled: true',
    tell: (life) => {
      const main = life.main(['python3', 'fake.py']);
      life.wait(5_000).exit(main, 137);
      life.dockerSawEnd(137, { oomKilled: true });
      return {
        ...ERROR,
        victim: main,
        says: ['code 137', 'no signal was involved'],
        neverSays: ['Out of memory', 'killed'],
        ruledOut: ['oom.container', 'kill.host'],
        notes: ['OOMKilled: true, but the kernel killed no process'],
      };
    },
  },
  {
    name: 'a child exits with 127 and the shell passes it on',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'nosuch']);
      const child = life.fork(main);
      life.wait(5).exit(child, 127);
      life.exit(main, 127);
      life.log('sh: 1: nosuch: not found');
      return {
        ...ERROR,
        cause: 'start.not-found',
        certainty: 'likely',
        victim: main,
        says: ['sh (PID 1)', 'code 127', 'the command nosuch was not found'],
      };
    },
  },
  {
    name: 'a child exits with 127 and nothing is known of why',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'nosuch']);
      const child = life.fork(main);
      life.wait(5).exit(child, 127);
      life.exit(main, 127);
      return { ...ERROR, victim: main, says: ['sh (PID 1)', 'code 127', 'a command was not found'] };
    },
  },
  {
    name: 'a log that says “not found” of a program that ran',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'serve']);
      const child = life.child(main, ['serve']);
      life.wait(500).exit(child, 127);
      life.exit(main, 127);
      life.log('sh: 1: serve: not found');
      return { ...ERROR, victim: child, isMain: false, says: ['serve'], neverSays: ['Could not start'] };
    },
  },
  {
    name: 'a log that says “not found” and another exit code',
    tell: (life) => {
      const main = life.main(['/bin/sh', '/entrypoint.sh']);
      life.wait(500).exit(main, 1);
      life.log('/entrypoint.sh: line 3: jq: not found');
      return { ...ERROR, victim: main, says: ['code 1', 'jq: not found'], neverSays: ['Could not start'] };
    },
  },
  {
    name: 'a shared library is missing',
    tell: (life) => {
      const main = life.main(['/app/server']);
      life.wait(3).exit(main, 127);
      life.log(
        '/app/server: error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file or directory',
      );
      return {
        ...ERROR,
        cause: 'start.failed',
        certainty: 'likely',
        victim: main,
        says: ['Could not start: libpq.so.5 is missing', 'server (PID 1)'],
      };
    },
  },
  {
    name: 'a full file system',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'dd if=/dev/zero of=/data/out; exit $?']);
      const dd = life.child(main, ['dd', 'if=/dev/zero', 'of=/data/out']);
      life.wait(900).exit(dd, 1);
      life.exit(main, 1);
      life.log("dd: error writing '/data/out': No space left on device");
      return {
        ...ERROR,
        cause: 'limit.disk',
        certainty: 'likely',
        victim: dd,
        isMain: false,
        says: ['dd', 'a file system was full', 'No space left on device'],
        notes: ['known from its log alone'],
      };
    },
  },
  {
    name: 'a full file system in the log of a program that ended well',
    tell: (life) => {
      const main = life.main(['/job']);
      life.wait(900).exit(main, 0);
      life.log('cache: No space left on device, going on without');
      return { ...ERROR, cause: 'exit.success', victim: main, says: ['exit code 0'], neverSays: ['file system'] };
    },
  },
  {
    name: 'the number of watched files, which is called a full disk',
    tell: (life) => {
      const main = life.main(['node', 'watch.js']);
      life.wait(900).exit(main, 1);
      life.log("Error: ENOSPC: System limit for number of file watchers reached, watch '/app/src'");
      return { ...ERROR, victim: main, says: ['code 1', 'file watchers'], neverSays: ['file system was full'] };
    },
  },
  {
    name: 'a child’s own exit code is passed on: the child is the root',
    tell: (life) => {
      const main = life.main(['/bin/sh', '-c', 'python3 app.py; exit $?']);
      const child = life.child(main, ['python3', 'app.py']);
      life.wait(500).exit(child, 3);
      life.exit(main, 3);
      return { ...ERROR, victim: child, isMain: false, says: ['python3', 'sh (PID 1) passed it on'] };
    },
  },
  {
    name: 'Docker reports 255 because its shim was killed; the kernel saw the real end',
    tell: (life) => {
      const main = life.main(['nginx']);
      const ana = personOnHost();
      life.wait(5_000).signal(Signal.KILL, main, ana);
      life.killed(main, Signal.KILL);
      life.dockerSawEnd(255);
      return {
        cause: 'kill.host',
        certainty: 'certain',
        victim: main,
        actor: 'host',
        by: ana.process,
        says: ['ana killed'],
        notes: ['Docker reports exit code 255; the kernel saw 137'],
      };
    },
  },
  {
    name: 'the runtime reports 0, the kernel saw 1',
    tell: (life) => {
      const main = life.main(['/job']);
      life.wait(5_000).exit(main, 1);
      life.dockerSawEnd(0);
      return { ...ERROR, victim: main, says: ['code 1'], notes: ['exit code 0; the kernel saw 1'] };
    },
  },
  {
    name: 'a throttled program gives up',
    tell: (life) => {
      const main = life.main(['/job']);
      const throttle = {
        quotaUs: 10_000,
        periodUs: 100_000,
        periods: 1_000,
        throttledPeriods: 900,
        throttledUs: 80_000_000,
      };
      life.wait(5_000).exit(main, 1, { throttle });
      return { ...ERROR, victim: main, says: ['code 1'], notes: ['90 %'] };
    },
  },
];

const NOT_FOUND =
  'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "nosuch": executable file not found in $PATH: unknown';
const NO_FILE =
  'failed to create shim: OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/nosuch": stat /nosuch: no such file or directory: unknown';
const NOT_EXECUTABLE =
  'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/app.sh": permission denied: unknown';
const WRONG_ARCHITECTURE = 'standard_init_linux.go:228: exec user process caused: exec format error';
const NO_INTERPRETER = 'standard_init_linux.go:228: exec user process caused: no such file or directory';
const MOUNT =
  'OCI runtime create failed: container_linux.go:380: starting container process caused: process_linux.go:545: container init caused: rootfs_linux.go:76: mounting "/srv/nginx.conf" to rootfs at "/etc/nginx/nginx.conf" caused: mount through procfd: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type';
const MOUNT_MISSING =
  'OCI runtime create failed: container_linux.go:380: starting container process caused: process_linux.go:545: container init caused: rootfs_linux.go:76: mounting "/srv/data" to rootfs at "/data" caused: mount through procfd: no such file or directory: unknown';
const MOUNT_DENIED = "error while creating mount source path '/srv/data': mkdir /srv/data: permission denied";
const WORKDIR =
  'OCI runtime create failed: container_linux.go:380: starting container process caused: chdir to cwd ("/nodir") set in config.json failed: permission denied: unknown';
const DEVICE = 'error gathering device information while adding custom device "/dev/video9": no such file or directory';
const PORT =
  'driver failed programming external connectivity on endpoint web (5e3c): Bind for 0.0.0.0:80 failed: port is already allocated';

function startError(
  name: string,
  cause: 'start.not-found' | 'start.not-executable' | 'start.failed',
  error: string,
  exitCode: number,
  says: readonly string[],
): DeathCase {
  return {
    name,
    tell: (life) => {
      life.docker('create');
      life.removed();
      life.wait(20).state(exitCode, { error });
      return { cause, certainty: 'certain', actor: 'runtime', says: ['Could not start', ...says] };
    },
  };
}

/** It never ran. Error texts are those of Docker 20.10. */
export const START_CASES: readonly DeathCase[] = [
  startError('command not in $PATH', 'start.not-found', NOT_FOUND, 127, ['nosuch', 'not found']),
  startError('command path does not exist', 'start.not-found', NO_FILE, 127, ['/nosuch', 'not found']),
  startError('command not executable', 'start.not-executable', NOT_EXECUTABLE, 126, ['/app.sh', 'not executable']),
  startError('a directory mounted onto a file', 'start.failed', MOUNT, 127, ['not a directory']),
  startError('the mount’s source does not exist', 'start.failed', MOUNT_MISSING, 127, ['/srv/data']),
  startError('the mount’s source may not be made', 'start.failed', MOUNT_DENIED, 128, ['/srv/data']),
  startError('the working directory may not be entered', 'start.failed', WORKDIR, 126, ['/nodir']),
  startError('a device that does not exist', 'start.failed', DEVICE, 128, ['/dev/video9']),
  startError('a port that is taken', 'start.failed', PORT, 128, ['port is already allocated']),
  {
    name: 'wrong architecture: the runtime’s init writes it to the log',
    tell: (life) => {
      life.wait(5).removed();
      life.dockerSawEnd(1);
      life.log(WRONG_ARCHITECTURE);
      return { cause: 'start.not-executable', certainty: 'certain', actor: 'runtime', says: ['exec format error'] };
    },
  },
  {
    name: 'missing interpreter: the runtime’s init writes it to the log',
    tell: (life) => {
      life.wait(5).removed();
      life.dockerSawEnd(1);
      life.log(NO_INTERPRETER);
      return { cause: 'start.not-found', certainty: 'certain', actor: 'runtime', says: ['no such file or directory'] };
    },
  },
  {
    name: 'missing interpreter, in the words of runc 1.1',
    tell: (life) => {
      life.wait(5).removed();
      life.dockerSawEnd(1);
      life.log('exec /entrypoint.sh: no such file or directory');
      return { cause: 'start.not-found', certainty: 'certain', actor: 'runtime', says: ['/entrypoint.sh'] };
    },
  },
  {
    name: 'taken down without a word',
    tell: (life) => {
      life.wait(5).removed();
      return { cause: 'start.failed', certainty: 'likely', actor: 'runtime', says: ['before any program of it ran'] };
    },
  },
  {
    name: 'without kernel records a start error counts as well',
    options: { kernelWatched: false, seenFromStart: true },
    tell: (life) => {
      life.docker('create');
      life.wait(30).state(127, { error: NOT_FOUND });
      return { cause: 'start.not-found', certainty: 'certain', actor: 'runtime', says: ['nosuch'] };
    },
  },
];
