import type { ExitCodeTable } from './table.ts';

/** Container runtimes, orchestrators and the inits that run as PID 1. */
export const CONTAINERS: readonly ExitCodeTable[] = [
  {
    context: 'docker run, docker start',
    source: 'Docker documentation, “docker container run”, Exit status',
    codes: {
      125: 'docker itself failed, for example on an unknown flag or an image that could not be pulled; no container ran',
      126: 'the command of the container exists but could not be invoked: not executable, or made for another architecture',
      127: 'the command of the container was not found in the image',
    },
  },
  {
    context: 'Docker',
    source: 'moby and containerd, observed: the shim of a running container was killed',
    codes: {
      255: 'the runtime lost its shim and with it the real status of the container',
    },
  },
  {
    context: 'podman run, podman exec',
    source: 'podman-run(1) and podman-exec(1), EXIT STATUS',
    programs: ['podman'],
    codes: {
      125: 'podman itself failed, for example on an unknown flag or a missing container; no program ran',
      126: 'the command exists in the container but could not be invoked',
      127: 'the command was not found in the container',
    },
  },
  {
    context: 'containerd',
    source: 'containerd, CRI plugin: StartError and unknownExitCode',
    codes: {
      128: 'the container could not be started at all (reason StartError)',
      255: 'containerd does not know how the container ended (reason Unknown)',
    },
  },
  {
    context: 'runc',
    source: 'runc, exec.go and utils.go: fatal and fatalWithCode',
    programs: ['runc'],
    codes: {
      1: 'runc could not create or start the container; its error stands in the log of whoever called it',
      255: 'runc exec could not run the command in the container',
    },
  },
  {
    context: 'Kubernetes',
    source: 'Kubernetes, kubelet: ContainerStatusUnknown',
    codes: {
      137: 'the kubelet lost track of the container and wrote 137 without having seen any signal',
    },
  },
  {
    context: 'kubectl diff',
    source: 'Kubernetes reference, kubectl diff',
    programs: ['kubectl'],
    codes: { 1: 'there are differences, or any other command failed' },
  },
  {
    context: 's6-overlay, execline',
    source: 'skarnet.org, execline: common exit codes',
    programs: ['s6-svscan', 's6-supervise', 's6-overlay-suexec', 'execlineb'],
    codes: {
      100: 'wrong usage, or a permanent failure',
      111: 'a system call failed: a temporary failure',
      126: 'the program could not be executed',
      127: 'the program was not found',
    },
  },
];
