/** A kernel that Inquest is proved on, with the Debian release that brings it. */
export interface Kernel {
  /** As `make kernels K=…` takes it. */
  readonly name: string;
  readonly suite: string;
  readonly kernelPackage: string;
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
  { name: '5.10', suite: 'bullseye', kernelPackage: 'linux-image-cloud-amd64', packages: COMMON },
  { name: '6.1', suite: 'bookworm', kernelPackage: 'linux-image-cloud-amd64', packages: COMMON },
  { name: '6.12', suite: 'trixie', kernelPackage: 'linux-image-cloud-amd64', packages: [...COMMON, 'docker-cli'] },
  { name: '7.2', suite: 'forky', kernelPackage: 'linux-image-cloud-amd64', packages: [...COMMON, 'docker-cli'] },
];

/** Those of the names, all without any. @throws where one is not known */
export function chosenKernels(names: readonly string[]): readonly Kernel[] {
  const wanted = names.filter((name) => name !== '');
  const unknown = wanted.filter((name) => !KERNELS.some((kernel) => kernel.name === name));
  if (unknown.length > 0)
    throw new Error(`No kernel ${unknown.join(', ')}; there are ${KERNELS.map(({ name }) => name).join(', ')}`);
  return KERNELS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}
