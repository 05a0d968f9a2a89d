import { containerAround } from '../domain/container.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import type { EvidenceOf } from '../domain/evidence.ts';
import type { ProcessRef } from '../domain/process.ts';
import { sameProcess } from '../domain/process.ts';
import { Signal } from '../domain/signals.ts';

/** Low-level runtimes: they deliver what a daemon asked for. */
const OCI_RUNTIMES: ReadonlySet<string> = new Set(['runc', 'crun', 'youki', 'kata-runtime', 'runsc']);

/** What supervises them. Names as of the executable file, up to the 31 characters the kernel record keeps. */
const RUNTIME_PARENTS: ReadonlySet<string> = new Set([
  'containerd-shim',
  'containerd-shim-runc-v1',
  'containerd-shim-runc-v2',
  'containerd',
  'dockerd',
  'docker-containerd-shim',
  'conmon',
  'conmonrs',
  'crio',
  'podman',
]);

/** Daemons that kill to free memory before the kernel has to. */
const OOM_DAEMONS: ReadonlySet<string> = new Set(['systemd-oomd', 'earlyoom', 'oomd', 'nohang']);

const SHIM_PREFIX = 'containerd-shim';

export type SenderPlace = 'itself' | 'inside' | 'container' | 'runtime' | 'oom-daemon' | 'host' | 'unknown';

/** What has to be known of a container to tell where it was hit from. */
export type Place = Pick<ContainerIdentity, 'id' | 'outer'>;

/**
 * Where a signal came from. A process of a container can call itself `runc`; its cgroup still says
 * where it is, so the cgroup is asked first and names count only for processes of the host, or of the
 * container in which this one is run.
 */
export function placeOf({ data }: EvidenceOf<'signal_sent'>, container: Place): SenderPlace {
  const { sender, target, ancestry } = data;
  if (sender === undefined) return 'unknown';
  if (sameProcess(sender, target)) return 'itself';
  if (sender.containerId === container.id) return 'inside';
  if (sender.containerId !== undefined)
    return containerAround(container, sender.containerId) !== undefined && isRuntime(sender, ancestry)
      ? 'runtime'
      : 'container';
  if (isRuntime(sender, ancestry)) return 'runtime';
  return OOM_DAEMONS.has(sender.exe ?? '') ? 'oom-daemon' : 'host';
}

/**
 * `runc init` and its like: the runtime's own process that prepares the container and becomes its program.
 * Now and then it is in the container's cgroup before it has run itself again.
 */
export function isRuntimeInit({ data }: EvidenceOf<'process_exec'>): boolean {
  const { exe = '', argv } = data.process;
  return !data.isMain && isOciRuntime(exe) && argv?.[1] === 'init';
}

/** A runtime runs from a copy of itself in memory, which a container cannot write to. */
const SEALED_COPY = /^memfd:(?:lib)?(?:runc|crun)_cloned/;

/** CRI-O's packages bring `crio-crun`, `crio-runc`, `crio-conmon` and `crio-conmonrs`, so that no other's is replaced. */
const PACKAGED = /^crio-(?=.)/;

function unpackaged(exe: string): string {
  return exe.replace(PACKAGED, '');
}

function isOciRuntime(exe: string): boolean {
  return OCI_RUNTIMES.has(unpackaged(exe)) || SEALED_COPY.test(exe);
}

function isSupervisor(exe: string): boolean {
  return RUNTIME_PARENTS.has(unpackaged(exe)) || exe.startsWith(SHIM_PREFIX);
}

/** The runtime's own process that was about to become a program of the container: a health check, an exec session. */
export function isUnbornProgram(process: ProcessRef, ran: ProcessRef | undefined): boolean {
  return ran === undefined && isOciRuntime(process.exe ?? '');
}

/**
 * `docker stop` and its like arrive as `runc … kill` below a shim. A shim or daemon may also signal
 * by itself. A person who types `runc kill` has a shell, not a shim, among the parents, and is the host.
 */
function isRuntime(sender: ProcessRef, ancestry: readonly ProcessRef[]): boolean {
  const exe = sender.exe ?? '';
  if (isSupervisor(exe)) return true;
  return isOciRuntime(exe) && (ancestry.length === 0 || isSupervisor(ancestry[0]?.exe ?? ''));
}

/** `runc delete` on a container that still runs: the runtime clears away what its supervisor has left behind. */
export function isCleanUp({ data }: EvidenceOf<'signal_sent'>): boolean {
  return data.signal === Signal.KILL && data.sender?.argv?.includes('delete') === true;
}
