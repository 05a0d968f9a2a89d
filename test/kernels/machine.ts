import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../.config/bundle/architectures.ts';
import type { Image } from './build/image.ts';
import { CONSOLE, runQemu } from './qemu.ts';
import type { GuestRecord } from './result.ts';
import { recordSchema } from './result.ts';

export interface Boot {
  readonly image: Image;
  readonly architecture: Architecture;
  readonly labDisk: string;
  /** Parts of names of the scenarios to play; all when empty. */
  readonly only: readonly string[];
  /** Is what only it can play written down as golden data? */
  readonly record?: boolean;
  /** Where the machine's console is written. */
  readonly consoleFile: string;
  /** Loopback port of the host that reaches the guest's SSH server. */
  readonly sshPort?: number;
  /** Ends the machine, as if its power failed. */
  readonly signal?: AbortSignal;
}

const MEMORY_MIB = 2_048;
/** What a machine of one boot does without: each costs seconds under emulation. */
const NOT_NEEDED: readonly string[] = [
  'ssh.service',
  ...['configfs', 'drm', 'efi_pstore', 'fuse', 'dm_mod', 'loop'].map((name) => `modprobe@${name}.service`),
  ...['systemd-udev-trigger', 'systemd-udev-settle', 'systemd-hwdb-update', 'systemd-udev-load-credentials'].map(
    (name) => `${name}.service`,
  ),
  ...['ldconfig', 'systemd-binfmt', 'systemd-journal-flush', 'systemd-random-seed', 'systemd-update-utmp'].map(
    (name) => `${name}.service`,
  ),
  ...['systemd-journal-catalog-update', 'systemd-update-done', 'systemd-pcrphase', 'systemd-sysusers'].map(
    (name) => `${name}.service`,
  ),
];
/** Emulated processors that patch the kernel's code under one another run into half of a change on a busy machine. */
const CPUS = 1;

/** Boots a virtual machine and waits for its end. Resolves to what it told; nothing is written to the image. */
export async function runMachine(boot: Boot, timeoutMs: number): Promise<readonly GuestRecord[]> {
  const folder = mkdtempSync(join(tmpdir(), 'inq-vm-'));
  const results = join(folder, 'results');
  try {
    const { architecture, signal } = boot;
    const how = { architecture, ...(signal === undefined ? {} : { signal }) };
    await runQemu(argumentsFor(boot, results), boot.consoleFile, timeoutMs, how);
    return existsSync(results) ? parseRecords(readFileSync(results, 'utf8')) : [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function argumentsFor(
  { image, architecture, labDisk, only, record, sshPort }: Boot,
  results: string,
): readonly string[] {
  const network =
    sshPort === undefined
      ? ['-nic', 'none']
      : ['-nic', `user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:${String(sshPort)}-:22`];
  const append = [
    'root=/dev/vda',
    'rw',
    `console=${CONSOLE[architecture]}`,
    'quiet',
    'panic=-1',
    'systemd.show_status=false',
    'mitigations=off',
    'nokaslr',
    // On a busy machine the emulated timer comes too late for the kernel's check, which then panics.
    'no_timer_check',
    // Its parser is not part of a minimal Debian, and Docker refuses to run without.
    'apparmor=0',
    // Without AppArmor the kernel takes the next one that it has, whose policy is not there at all.
    'selinux=0',
  ];
  // One that is reached through SSH is a whole machine: without udev it has no network.
  if (sshPort === undefined) append.push(...NOT_NEEDED.map((unit) => `systemd.mask=${unit}`));
  if (record === true) append.push('inquest.record');
  if (only.length > 0) append.push(`inquest.only=${only.join(',')}`);
  return [
    ...['-smp', String(CPUS), '-m', String(MEMORY_MIB)],
    ...['-kernel', image.kernel, '-initrd', image.initramfs, '-append', append.join(' ')],
    ...['-drive', `file=${image.disk},if=virtio,format=raw,snapshot=on`],
    ...['-drive', `file=${labDisk},if=virtio,format=raw,snapshot=on`],
    ...['-device', 'virtio-serial', '-chardev', `file,id=results,path=${results}`],
    ...['-device', 'virtserialport,chardev=results,name=inquest.results'],
    ...['-device', 'virtio-rng-pci'],
    ...network,
  ];
}

/** Whatever does not parse was cut off by the end of the machine. */
function parseRecords(text: string): readonly GuestRecord[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => recordSchema.parse(JSON.parse(line)));
}
