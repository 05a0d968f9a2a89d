import { mendingStep, type NativeErrorReason } from '../../native/binding.ts';

/** What a person can do about a kernel that does not take the programs. */
export function nextStepFor(reason: NativeErrorReason): string {
  return NEXT_STEPS[reason];
}

const NEXT_STEPS: Readonly<Record<NativeErrorReason, string>> = {
  'no-btf':
    'This kernel has no BTF (/sys/kernel/btf/vmlinux): use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of all current distributions are.',
  'no-permission': 'Run the agent as root, or with CAP_BPF and CAP_PERFMON.',
  lockdown: 'Kernel lockdown in confidentiality mode forbids reading kernel memory: boot with lockdown=integrity.',
  verifier: 'The kernel refused a program. Please report it with the output of: inquest doctor --json',
  'kernel-too-old': 'Linux 5.10 or later is needed.',
  'no-bpffs': 'Mount the BPF file system: mount -t bpf bpf /sys/fs/bpf',
  'object-missing': `The file inquest.bpf.o is missing beside the agent: ${mendingStep()}`,
  'layout-mismatch': 'The addon and the kernel programs are of different versions: install the complete bundle again.',
  system: 'See the agent’s log for the system call that failed.',
};
