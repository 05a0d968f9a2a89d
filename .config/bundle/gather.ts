import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutAt, UNIT_NAME } from '../../agent/install/layout.ts';
import { unitText } from '../../agent/install/unit.ts';
import type { Architecture } from './architectures.ts';
import { toolPrefix } from './architectures.ts';
import { thirdPartyLicences } from './licences.ts';
import { nodePackage } from './node.ts';
import { ROOT } from './root.ts';
import { run } from './run.ts';
import { tooNew } from './symbols.ts';

/** What the bundler wrote down about the agent's part of dist/. */
interface Parts {
  readonly version: string;
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

const PROGRAMS: ReadonlySet<string> = new Set(['node', 'inquest']);
const DIST = join(ROOT, 'dist');

/** Copies a bundle's files below `stage`. Returns the name of the one folder there. */
export function gather(architecture: Architecture, stage: string): string {
  const { version, files, packages } = readParts();
  const name = `inquest-${version}-linux-${architecture}`;
  const folder = join(stage, name);
  mkdirSync(folder, { recursive: true });
  const node = nodePackage(architecture);
  const native = architecture === process.arch ? DIST : join(DIST, architecture);
  const names: string[] = [];
  const put = (from: string, to: string): void => {
    copyFileSync(from, join(folder, to));
    chmodSync(join(folder, to), PROGRAMS.has(to) ? 0o755 : 0o644);
    names.push(to);
  };
  for (const file of files) put(join(DIST, file), file);
  // Byte for byte that of the pinned package: whoever wants to can compare.
  put(join(node, 'bin/node'), 'node');
  put(join(native, 'inquest.bpf.o'), 'inquest.bpf.o');
  put(join(native, 'inquest.node'), 'inquest.node');
  put(join(ROOT, 'LICENSE'), 'LICENSE');
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicences(node, packages));
  names.push('THIRD-PARTY-LICENSES.txt');
  // What inquest install writes, to be read before.
  writeFileSync(join(folder, UNIT_NAME), unitText(layoutAt('/')));
  names.push(UNIT_NAME);
  finishAddon(architecture, join(folder, 'inquest.node'));
  writeFileSync(join(folder, 'SHA256SUMS'), checksums(folder, names));
  return name;
}

/** Folders of the npm packages that the agent imports. */
export function agentPackages(): readonly string[] {
  return readParts().packages;
}

function readParts(): Parts {
  const parts: unknown = JSON.parse(readFileSync(join(DIST, 'agent-parts.json'), 'utf8'));
  if (!isParts(parts)) throw new Error('dist/agent-parts.json is of another version: make build');
  return parts;
}

function isParts(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null && 'version' in value && 'files' in value && 'packages' in value;
}

/** Without what only a debugger reads; and nothing in it that the oldest system has not. */
function finishAddon(architecture: Architecture, file: string): void {
  const prefix = toolPrefix(architecture);
  run(`${prefix}strip`, '--strip-unneeded', '--remove-section=.note.gnu.build-id', file);
  const missing = tooNew(run(`${prefix}objdump`, '-T', file));
  if (missing.length > 0) {
    throw new Error(`the ${architecture} addon would not load on glibc 2.31: ${missing.join(', ')}`);
  }
}

/** As `sha256sum --check` reads them. */
function checksums(folder: string, names: readonly string[]): string {
  return [...names]
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('');
}
