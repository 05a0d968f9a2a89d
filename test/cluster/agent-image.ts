import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gather } from '../../.config/bundle/gather.ts';
import { compress, makeTar } from '../../.config/bundle/pack.ts';
import { findProgram, SEARCH_PATH } from '../support/find-program.ts';
import { runCommand } from '../support/run-command.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const RECIPE = join(REPOSITORY, 'agent/deploy/Containerfile');
const BASE = 'docker.io/library/debian:12-slim';
const BUILD_MS = 600_000;

/** Builds the agent's image by its recipe from the bundle of this machine. Resolves to an archive of it. */
export async function buildAgentImage(folder: string, base: string): Promise<string> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  const bundles = join(folder, 'bundle');
  mkdirSync(bundles, { recursive: true });
  const stage = join(folder, 'stage');
  const name = gather(architecture, stage);
  await compress(makeTar(stage, name), join(bundles, `${name}.tar.gz`));
  const archive = join(folder, 'agent.tar');
  await podman(folder, 'import', base, BASE);
  // As the manifests name it, in the words of a runtime.
  const image = `docker.io/library/inquest:${/^inquest-(.*)-linux-/.exec(name)?.[1] ?? ''}`;
  const what = ['--tag', image, '--build-arg', `ARCH=${architecture}`, '--file', RECIPE];
  await podman(folder, 'build', ...what, '--pull-never', '--isolation', 'chroot', bundles);
  await podman(folder, 'save', '--format', 'docker-archive', '--output', archive, image);
  rmSync(join(folder, 'storage'), { recursive: true, force: true });
  return archive;
}

async function podman(folder: string, ...argv: string[]): Promise<void> {
  const own = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')];
  const machine = ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  // Its mounts go with it, and nothing is there to be downloaded from.
  const alone = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--net', '--propagation', 'private'];
  const command = [...alone, findProgram('podman') ?? 'podman', ...own, ...machine, ...argv];
  const env = { PATH: SEARCH_PATH.join(':'), HOME: folder };
  const { code, stderr } = await runCommand('setpriv', command, { env, timeoutMs: BUILD_MS });
  if (code !== 0) throw new Error(`podman ${argv.join(' ')} exited with ${String(code)}: ${stderr}`);
}
