import { DEFAULT_SETTINGS } from '../../agent/domain/settings.ts';
import { valuesOf } from '../hosts/remote/facts.ts';
import { type Architecture, InstallError } from './problem.ts';

/** What decides whether and how an agent is installed on a host; as its shell says it, so foreign text. */
export interface HostFacts {
  /** `uname -s`. */
  readonly system: string;
  /** `uname -m`. */
  readonly machine: string;
  /** `uname -r`. */
  readonly kernel: string;
  readonly user: string;
  readonly isRoot: boolean;
  /** Whether the user is in the group that may ask the agent. */
  readonly isMember: boolean;
  readonly hasSystemd: boolean;
  readonly hasBtf: boolean;
  readonly hasSudo: boolean;
  /** `glibc 2.36`, or the first line of what ldd says. Empty when nothing does. */
  readonly libc: string;
  /** Version in /opt/inquest, `undefined` where there is none. */
  readonly installed: string | undefined;
  /** On the disk of /opt; `undefined` when df does not say. */
  readonly freeBytes: number | undefined;
}

const BEGIN = 'inquest-host 1';
const END = 'inquest-host end';
export const BYTES_PER_KIB = 1_024;

/** One line and no single quote or backslash inside, as in session-script.ts. Changes nothing and asks nobody. */
export const FACTS_SCRIPT = [
  'LC_ALL=C; export LC_ALL',
  `echo ${BEGIN}`,
  'echo system $(uname -s); echo machine $(uname -m); echo kernel $(uname -r)',
  'echo uid $(id -u); echo user $(id -un); echo groups $(id -Gn)',
  'if [ -d /run/systemd/system ]; then echo systemd yes; fi',
  'if [ -r /sys/kernel/btf/vmlinux ]; then echo btf yes; fi',
  'if command -v sudo >/dev/null 2>&1; then echo sudo yes; fi',
  'echo libc $(getconf GNU_LIBC_VERSION 2>/dev/null || ldd --version 2>&1 | head -n 1)',
  'echo installed $(readlink /opt/inquest/current 2>/dev/null)',
  'd=/opt; if [ ! -d $d ]; then d=/; fi; df -Pk $d 2>/dev/null | tail -n 1 | (read a b c k r; echo free $k)',
  `echo ${END}`,
].join('; ');

/** A login shell may greet before it. Throws InstallError `no-answer` when the script did not run. */
export function parseHostFacts(output: string): HostFacts {
  const lines = output.split(/\r?\n/);
  const begin = lines.findIndex((line) => line.endsWith(BEGIN));
  const end = lines.indexOf(END, begin);
  if (begin === -1 || end === -1) throw new InstallError({ reason: 'no-answer', detail: output.slice(0, 400) });
  const values = valuesOf(lines.slice(begin + 1, end));
  const text = (name: string): string => values.get(name) ?? '';
  const installed = text('installed');
  const freeKib = /^\d+$/.test(text('free')) ? Number(text('free')) : undefined;
  return {
    system: text('system'),
    machine: text('machine'),
    kernel: text('kernel'),
    user: text('user'),
    isRoot: text('uid') === '0',
    isMember: text('groups').split(' ').includes(DEFAULT_SETTINGS.socketGroup),
    hasSystemd: text('systemd') === 'yes',
    hasBtf: text('btf') === 'yes',
    hasSudo: text('sudo') === 'yes',
    libc: text('libc'),
    installed: installed === '' ? undefined : installed,
    freeBytes: freeKib === undefined ? undefined : freeKib * BYTES_PER_KIB,
  };
}

const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map([
  ['x86_64', 'x64'],
  ['amd64', 'x64'],
  ['aarch64', 'arm64'],
  ['arm64', 'arm64'],
]);

export function architectureOf({ machine }: HostFacts): Architecture | undefined {
  return ARCHITECTURES.get(machine);
}
