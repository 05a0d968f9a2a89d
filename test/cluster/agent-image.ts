import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, SEARCH_PATH } from '../support/find-program.ts';
import { runCommand } from '../support/run-command.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const BUNDLES = join(REPOSITORY, 'dist/bundle');
const RECIPE = join(REPOSITORY, 'agent/deploy/Containerfile');
/** As the manifests name it, in the words of a runtime. */
const IMAGE = 'docker.io/library/inquest:0.1.0';
const BASE = 'docker.io/library/debian:12-slim';
const BUILD_MS = 600_000;

/** Builds the agent's image by its recipe from `make bundle`. Resolves to an archive of it. */
export async function buildAgentImage(folder: string, base: string): Promise<string> {
  if (!existsSync(BUNDLES)) throw new Error('there is no bundle; run make bundle A=x64');
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, 'agent.tar');
  await podman(folder, 'import', base, BASE);
  const what = ['--tag', IMAGE, '--file', RECIPE, '--pull-never', '--isolation', 'chroot'];
  await podman(folder, 'build', ...what, BUNDLES);
  await podman(folder, 'save', '--format', 'docker-archive', '--output', archive, IMAGE);
  rmSync(join(folder, 'storage'), { recursive: true, force: true });
  return archive;
}

async function podman(folder: string, ...argv: string[]): Promise<void> {
  const own = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')];
  const alone = [
    'unshare',
    '--mount',
    '--net',
    '--propagation',
    'private',
    findProgram('podman') ?? 'podman',
    ...own,
    '--cgroup-manager',
    'cgroupfs',
    '--events-backend',
    'file',
  ];
  const env = { PATH: SEARCH_PATH.join(':'), HOME: folder };
  const { code, stderr } = await runCommand('setpriv', ['--pdeathsig', 'KILL', ...alone, ...argv], {
    env,
    timeoutMs: BUILD_MS,
  });
  if (code !== 0) throw new Error(`podman ${argv.join(' ')} exited with ${String(code)}: ${stderr}`);
}
