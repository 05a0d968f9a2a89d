import { existsSync, mkdirSync, mkdtempSync, rmSync, copyFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDockerd } from '../support/dockerd.ts';
import { findProgram } from '../support/find-program.ts';
import { type CommandResult, runCommand } from '../support/run-command.ts';

const SYSTEM_SOCKET = '/var/run/docker.sock';
const IMAGE = 'inquest-demo:latest';
const APPLETS = ['sh', 'sleep', 'tail', 'echo'];

/** The Docker that the demo uses, and how to leave it as it was. */
export interface DemoDocker {
  readonly socketPath: string;
  readonly image: string;
  readonly isPrivate: boolean;
  docker(...argv: string[]): Promise<CommandResult>;
  leave(containers: readonly string[]): Promise<void>;
}

/** The Docker that runs on this machine, else a private one for the time of the demo. */
export async function findDocker(): Promise<DemoDocker> {
  return (await runningDocker()) ?? (await privateDocker());
}

async function runningDocker(): Promise<DemoDocker | undefined> {
  const program = findProgram('docker');
  if (program === undefined || !existsSync(SYSTEM_SOCKET)) return undefined;
  const docker = (...argv: string[]): Promise<CommandResult> =>
    runCommand(program, argv, { env: { ...process.env, DOCKER_HOST: `unix://${SYSTEM_SOCKET}` } });
  if ((await docker('version')).code !== 0) return undefined;
  await importImage(docker);
  return {
    socketPath: SYSTEM_SOCKET,
    image: IMAGE,
    isPrivate: false,
    docker,
    leave: async (containers) => {
      await docker('rm', '-f', ...containers);
      await docker('rmi', IMAGE);
    },
  };
}

async function privateDocker(): Promise<DemoDocker> {
  const daemon = await startDockerd();
  await importImage((...argv) => daemon.docker(...argv));
  return {
    socketPath: daemon.socketPath,
    image: IMAGE,
    isPrivate: true,
    docker: (...argv) => daemon.docker(...argv),
    leave: () => daemon.stop(),
  };
}

/** A static busybox is all that the demo's containers need: nothing is pulled from anywhere. */
async function importImage(docker: (...argv: string[]) => Promise<CommandResult>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'inquest-demo-'));
  try {
    const rootfs = join(folder, 'rootfs');
    mkdirSync(join(rootfs, 'bin'), { recursive: true });
    copyFileSync(findProgram('busybox') ?? '/bin/busybox', join(rootfs, 'bin/busybox'));
    for (const applet of APPLETS) symlinkSync('busybox', join(rootfs, 'bin', applet));
    const archive = join(folder, 'image.tar');
    await must(runCommand('tar', ['-C', rootfs, '-cf', archive, '.']), 'tar');
    await must(docker('import', archive, IMAGE), 'docker import');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function must(run: Promise<CommandResult>, what: string): Promise<string> {
  const { code, stdout, stderr } = await run;
  if (code !== 0) throw new Error(`${what} exited with ${String(code)}: ${stderr.trim()}`);
  return stdout.trim();
}
