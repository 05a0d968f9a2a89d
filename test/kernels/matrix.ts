import { ARCHITECTURES } from '../../.config/bundle/architectures.ts';
import type { Architecture } from '../../.config/bundle/architectures.ts';

/** A kernel that Inquest is proved on, with the Debian release that brings it. */
export interface Kernel {
  /** As `make kernels K=…` takes it. */
  readonly name: string;
  readonly suite: string;
  /** Debian parted Docker's client from the daemon later. */
  readonly packages: readonly string[];
}

/** What every guest has: an init, the runtimes of its release, and what the deaths are made with. */
const COMMON: readonly string[] = [
  'systemd-sysv',
  'docker.io',
  'podman',
  // Podman without root: ids of its own, and a manager of its user's that makes cgroups.
  'uidmap',
  'libpam-systemd',
  'dbus-user-session',
  'crun',
  'runc',
  'openssh-server',
  'sudo',
  'iproute2',
  'udev',
  'kmod',
  'dbus',
  'procps',
  'python3-minimal',
  'busybox-static',
  'bsdutils',
  // Frees memory on the host in its own way: started by the scenario that it kills in.
  'earlyoom',
  'mount',
  'ca-certificates',
];

export const KERNELS: readonly Kernel[] = [
  { name: '5.10', suite: 'bullseye', packages: COMMON },
  { name: '6.1', suite: 'bookworm', packages: COMMON },
  { name: '6.12', suite: 'trixie', packages: [...COMMON, 'docker-cli'] },
  { name: '7.2', suite: 'forky', packages: [...COMMON, 'docker-cli'] },
];

/** Its name is the same in every release. */
export function kernelPackageOf(architecture: Architecture): string {
  return `linux-image-cloud-${ARCHITECTURES[architecture].debian}`;
}

/** As a person asks for it, `undefined` for this machine's own. @throws where there is none of that name */
export function chosenArchitecture(wanted: string | undefined): Architecture {
  if (wanted === 'arm64' || wanted === 'x64') return wanted;
  if (wanted !== undefined && wanted !== '') throw new Error(`No architecture ${wanted}; there are x64 and arm64`);
  return process.arch === 'arm64' ? 'arm64' : 'x64';
}

/** Those of the names, all without any. @throws where one is not known */
export function chosenKernels(names: readonly string[]): readonly Kernel[] {
  const wanted = names.filter((name) => name !== '');
  const unknown = wanted.filter((name) => !KERNELS.some((kernel) => kernel.name === name));
  if (unknown.length > 0)
    throw new Error(`No kernel ${unknown.join(', ')}; there are ${KERNELS.map(({ name }) => name).join(', ')}`);
  return KERNELS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}
