import type { ProcessRef } from '../../agent/domain/process.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { US_PER_SECOND } from '../../agent/domain/time.ts';

/** Whoever sends a signal, as the kernel record names him: the process and its parents, nearest first. */
export interface Sender {
  readonly process: ProcessRef;
  readonly ancestry: readonly ProcessRef[];
}

/** 2026-11-23T06:17:04Z: the moment at which the containers of these tests are made. */
export const BORN_AT: EpochUs = Date.UTC(2026, 10, 23, 6, 17, 4) * 1_000;
export const BOOTED_AT: EpochUs = BORN_AT - 86_400 * US_PER_SECOND;

const COMM_LENGTH = 15;
const HOST_PID_NAMESPACE = 4_026_531_836;

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A process of the host with what a sender's record carries. */
export function hostProcess(pid: number, argv: readonly string[], more: Partial<ProcessRef> = {}): ProcessRef {
  const name = baseName(argv[0] ?? 'sh');
  return {
    pid,
    startedAt: BOOTED_AT + pid * 1_000,
    nsPid: pid,
    comm: name.slice(0, COMM_LENGTH),
    exe: name,
    argv,
    uid: 0,
    user: 'root',
    pidNamespace: HOST_PID_NAMESPACE,
    ...more,
  };
}

/** The kernel record keeps no argv of an ancestor. */
export function ancestor(process: ProcessRef): ProcessRef {
  const { argv: _argv, uid: _uid, user: _user, ...rest } = process;
  return rest;
}

export function below(process: ProcessRef, ...parents: readonly ProcessRef[]): Sender {
  return { process, ancestry: parents.map(ancestor) };
}

const SYSTEMD = hostProcess(1, ['/usr/lib/systemd/systemd', '--system']);
const SSHD = hostProcess(611, ['/usr/sbin/sshd', '-D']);
const CONTAINERD = hostProcess(702, ['/usr/bin/containerd']);
const SHIM = hostProcess(3_990, ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', 'a3f1']);

/** `docker stop`, `docker kill`, `docker rm -f`: runc below containerd-shim below systemd. */
export function runc(signal: number): Sender {
  const argv = ['runc', '--root', '/var/run/docker/runtime-runc/moby', 'kill', '--all', 'a3f1', String(signal)];
  return below(hostProcess(9_100 + signal, argv), SHIM, SYSTEMD);
}

/** A Kubernetes node with CRI-O: crun below conmon. */
export function crun(signal: number): Sender {
  return below(
    hostProcess(9_200 + signal, ['/usr/bin/crun', 'kill', 'a3f1', String(signal)]),
    hostProcess(3_991, ['/usr/bin/conmon']),
    SYSTEMD,
  );
}

/** The same with the names that CRI-O's packages give to what they bring: crun below the daemon itself. */
export function packagedCrun(signal: number): Sender {
  return below(
    hostProcess(9_300 + signal, ['/usr/libexec/crio/crio-crun', '--root=/run/crun', 'kill', 'a3f1', 'TERM']),
    hostProcess(3_992, ['/usr/bin/crio']),
    SYSTEMD,
  );
}

/** A person who came by ssh and became root: `kill` is a builtin of the shell. */
export function personOnHost(argv: readonly string[] = ['-bash']): Sender {
  const bash = hostProcess(4_242, argv, { exe: 'bash', comm: 'bash', loginUid: 1_000, loginUser: 'ana', tty: 'pts/0' });
  return below(
    bash,
    hostProcess(4_240, ['sudo', '-i'], { exe: 'sudo' }),
    hostProcess(4_200, ['-bash'], { exe: 'bash' }),
    SSHD,
    SYSTEMD,
  );
}

/** A person who types `runc kill`: the executable of the runtime, but a shell and sudo above it. */
export function personWithRunc(signal: number): Sender {
  const argv = ['runc', '--root', '/run/runc', 'kill', 'a3f1', String(signal)];
  return below(
    hostProcess(4_250, argv, { tty: 'pts/0' }),
    hostProcess(4_249, ['sudo', 'runc'], { exe: 'sudo' }),
    personOnHost().process,
    SSHD,
    SYSTEMD,
  );
}

/** Somebody at a terminal who asks a runtime by its command line. */
export function client(user: string, uid: number, argv: readonly string[], pid = 6_000 + uid): Sender {
  return below(
    hostProcess(pid, argv, { uid, user, tty: 'pts/1' }),
    hostProcess(pid - 1, ['-bash'], { exe: 'bash', uid, user }),
    SSHD,
    SYSTEMD,
  );
}

/** A script of another user, started by cron. */
export function script(): Sender {
  const argv = ['/bin/sh', '/home/ops/reap.sh', '--older-than', '1h'];
  return below(
    hostProcess(5_100, argv, { exe: 'dash', uid: 1_001, user: 'ops' }),
    hostProcess(640, ['/usr/sbin/cron', '-f']),
    SYSTEMD,
  );
}

export function hostDaemon(argv: readonly string[], pid = 815): Sender {
  return below(hostProcess(pid, argv), SYSTEMD);
}

export function containerd(): Sender {
  return below(CONTAINERD, SYSTEMD);
}

/** What hands a terminal's Ctrl-C on: a worker of the kernel. */
export function kernelWorker(): Sender {
  const worker: ProcessRef = {
    pid: 77,
    startedAt: BOOTED_AT,
    nsPid: 77,
    comm: 'kworker/u4:2',
    uid: 0,
    pidNamespace: HOST_PID_NAMESPACE,
  };
  return { process: worker, ancestry: [] };
}
