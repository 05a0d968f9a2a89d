import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPrefix } from '../../../.config/bundle/architectures.ts';
import type { Architecture } from '../../../.config/bundle/architectures.ts';
import { agentPackages, gather } from '../../../.config/bundle/gather.ts';
import { buildDiePrograms, buildPause } from '../../support/die-image.ts';
import { ok } from '../../support/rootfs.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** Sources of the tests and what they import; the agent itself comes from the bundle. */
const SOURCES = ['agent', 'test', 'package.json'];
/** Docker's client asks for it when it is loaded, and uses it for hosts that are reached by SSH: not in the bundle. */
const SSH = ['ssh2', 'asn1', 'bcrypt-pbkdf', 'safer-buffer', 'tweetnacl'].map((name) => join('node_modules', name));
const NOT_NEEDED = /\/test\/(?:golden\/records|kernels\/results)(?:\/|$)/;

/** A second disk: the bundle as a host unpacks it, and the scenarios beside it. */
export async function writeLabDisk(file: string, architecture: Architecture): Promise<void> {
  const stage = mkdtempSync(join(tmpdir(), 'inq-lab-disk-'));
  try {
    const tree = join(stage, 'tree');
    for (const name of [...SOURCES, ...agentPackages(), ...SSH]) {
      cpSync(join(ROOT, name), join(tree, name), { recursive: true, filter: (path) => !NOT_NEEDED.test(path) });
    }
    const bundles = join(stage, 'bundle');
    cpSync(join(bundles, gather(architecture, bundles)), join(tree, 'dist'), { recursive: true });
    const programs = join(tree, 'programs');
    mkdirSync(programs);
    const tools = toolPrefix(architecture);
    await buildDiePrograms(programs, tools);
    await buildPause(join(programs, 'pause'), tools);
    await ok('mkfs.ext4', ['-q', '-O', '^has_journal', '-d', tree, file, '512M']);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
