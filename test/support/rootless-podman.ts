import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildDieRootfs } from './die-image.ts';
import { findProgram, SEARCH_PATH } from './find-program.ts';
import { archiveFolder } from './oci-archive.ts';
import { patient } from './patience.ts';
import { PODMAN_IMAGE } from './podman.ts';
import { waitFor } from './process-tree.ts';
import { ok } from './rootfs.ts';
import type { CommandResult } from './run-command.ts';
import { runCommand } from './run-command.ts';

const NEEDED = ['podman', 'conmon', 'crun', 'newuidmap', 'loginctl', 'useradd', 'userdel', 'setpriv', 'busybox'];
const UP_WITHIN_MS = 30_000;
const LOAD_MS = 120_000;
const FIRST_SUBID = 200_000;
const SUBIDS = 65_536;

/** For `test(name, { skip: rootlessUnavailable() })`. */
export function rootlessUnavailable(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, to make a user';
  if (!existsSync('/run/systemd/system')) return 'needs systemd, which keeps the cgroups of users';
  if (!existsSync('/sys/fs/cgroup/cgroup.controllers')) return 'needs cgroup v2: version 1 is not given to users';
  const missing = NEEDED.filter((name) => findProgram(name) === undefined);
  return missing.length === 0 ? false : `needs Podman without root (not found: ${missing.join(', ')})`;
}

/** Podman of a user made for it, with that user's systemd and a storage in his home. */
export class RootlessPodman {
  readonly user: string;
  readonly uid: string;
  readonly #home: string;

  private constructor(user: string, uid: string) {
    this.user = user;
    this.uid = uid;
    this.#home = `/home/${user}`;
  }

  static async start(): Promise<RootlessPodman> {
    const unavailable = rootlessUnavailable();
    if (unavailable !== false) throw new Error(unavailable);
    const user = `inq${randomBytes(3).toString('hex')}`;
    await ok('useradd', ['--create-home', '--shell', '/bin/sh', user]);
    const podman = new RootlessPodman(user, (await ok('id', ['-u', user])).trim());
    try {
      const range = `${String(FIRST_SUBID)}-${String(FIRST_SUBID + SUBIDS - 1)}`;
      await ok('usermod', ['--add-subuids', range, '--add-subgids', range, user]);
      await ok('loginctl', ['enable-linger', user]);
      const bus = `/run/user/${podman.uid}/bus`;
      if (!(await waitFor(() => existsSync(bus), patient(UP_WITHIN_MS)))) throw new Error(`${bus} did not come`);
      const rootfs = join(podman.#home, 'die');
      mkdirSync(rootfs);
      await buildDieRootfs(rootfs);
      const archive = await archiveFolder(rootfs, PODMAN_IMAGE);
      await ok('chown', [user, archive]);
      await podman.podmanOk('load', '--quiet', '--input', archive);
    } catch (error) {
      await podman.stop();
      throw error;
    }
    return podman;
  }

  podman(...argv: string[]): Promise<CommandResult> {
    const runtime = `/run/user/${this.uid}`;
    const person = [
      ...['--reuid', this.uid, '--regid', this.uid, '--init-groups', 'env', '-i', `HOME=${this.#home}`],
      ...[`XDG_RUNTIME_DIR=${runtime}`, `DBUS_SESSION_BUS_ADDRESS=unix:path=${runtime}/bus`],
      `PATH=${SEARCH_PATH.join(':')}`,
    ];
    // Its own way of layers needs a newer kernel or one more program.
    const command = [findProgram('podman') ?? 'podman', '--storage-driver', 'vfs', '--runtime', 'crun', ...argv];
    return runCommand('setpriv', [...person, ...command], { cwd: this.#home, timeoutMs: LOAD_MS });
  }

  async podmanOk(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.podman(...argv);
    if (code !== 0) throw new Error(`podman ${argv.join(' ')} exited with ${String(code)}: ${stderr}`);
    return stdout.trimEnd();
  }

  run(name: string, options: readonly string[], command: readonly string[]): Promise<string> {
    const place = ['run', '--detach', '--network', 'none', '--name', name];
    return this.podmanOk(...place, ...options, PODMAN_IMAGE, ...command);
  }

  async stop(): Promise<void> {
    await this.podman('rm', '--force', '--time', '0', '--all');
    await runCommand('loginctl', ['disable-linger', this.user]);
    await runCommand('loginctl', ['terminate-user', this.user]);
    await waitFor(() => !existsSync(`/run/user/${this.uid}`), patient(UP_WITHIN_MS));
    await runCommand('userdel', ['--remove', '--force', this.user]);
  }
}
