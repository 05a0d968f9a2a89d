import { mendingStep } from '../../native/binding.ts';
import type { Check } from './check.ts';
import { fail, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';

const OLDEST = { major: 5, minor: 10 };
const CAP_SYS_ADMIN = 21;
const CAP_PERFMON = 38;
const CAP_BPF = 39;

export function judgeKernel({ kernelRelease }: Facts): readonly Check[] {
  const [major = 0, minor = 0] = kernelRelease.split(/[.-]/).map(Number);
  const isOld = major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
  const needed = `${String(OLDEST.major)}.${String(OLDEST.minor)}`;
  return isOld
    ? [
        fail(
          'kernel',
          'Kernel',
          `Linux ${kernelRelease} is older than ${needed}.`,
          `Boot a kernel of ${needed} or later.`,
        ),
      ]
    : [ok('kernel', 'Kernel', `Linux ${kernelRelease}`)];
}

export function judgeBtf({ btf }: Facts): readonly Check[] {
  return btf
    ? [ok('btf', 'Kernel types', 'BTF is there')]
    : [
        fail(
          'btf',
          'Kernel types',
          'The kernel has no BTF (/sys/kernel/btf/vmlinux), so programs cannot be fitted to it.',
          'Boot a kernel built with CONFIG_DEBUG_INFO_BTF=y; those of all major distributions are.',
        ),
      ];
}

export function judgePrivileges({ agent, capabilities, uid }: Facts): readonly Check[] {
  if (agent.state === 'answers') return [];
  const canLoad = capabilities.has(CAP_SYS_ADMIN) || (capabilities.has(CAP_BPF) && capabilities.has(CAP_PERFMON));
  if (canLoad) return [ok('privileges', 'Privileges', uid === 0 ? 'root' : 'CAP_BPF and CAP_PERFMON')];
  return [
    warn(
      'privileges',
      'Privileges',
      'This shell may not load kernel programs, so some checks say less.',
      'Look again with: sudo inquest doctor',
    ),
  ];
}

export function judgeLockdown({ lockdown }: Facts): readonly Check[] {
  if (lockdown === 'confidentiality') {
    return [
      warn(
        'lockdown',
        'Lockdown',
        'The kernel is locked down to confidentiality: programs may not read its memory.',
        'Deaths are still seen; detail such as arguments may be missing. Boot with lockdown=integrity to have it.',
      ),
    ];
  }
  return [ok('lockdown', 'Lockdown', lockdown === undefined || lockdown === 'none' ? 'none' : lockdown)];
}

export function judgeCgroup({ cgroup }: Facts): readonly Check[] {
  return cgroup === 'none'
    ? [
        fail(
          'cgroup',
          'Control groups',
          'No cgroup hierarchy with a memory controller is mounted.',
          'Mount cgroup2 at /sys/fs/cgroup.',
        ),
      ]
    : [ok('cgroup', 'Control groups', cgroup === 'v2' ? 'version 2' : 'version 1')];
}

export function judgeBpffs({ bpffs }: Facts): readonly Check[] {
  return bpffs
    ? [ok('bpffs', 'BPF file system', 'mounted at /sys/fs/bpf')]
    : [
        fail(
          'bpffs',
          'BPF file system',
          'Nothing is mounted at /sys/fs/bpf, so programs could not outlive the agent.',
          'sudo mount -t bpf bpf /sys/fs/bpf',
        ),
      ];
}

export function judgeAddon({ addon, agent }: Facts): readonly Check[] {
  if (addon.state === 'missing') {
    const next = `The files of Inquest are not complete: ${mendingStep()}`;
    // A running agent has proved that it has its addon; this command then does without.
    return agent.state === 'answers'
      ? [warn('addon', 'Addon', addon.reason, next)]
      : [fail('addon', 'Addon', addon.reason, next)];
  }
  return [ok('addon', 'Addon', 'loads')];
}
