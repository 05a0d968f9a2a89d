import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildDieImage } from './die-image.ts';
import type { Dockerd } from './dockerd.ts';
import { addProgram, importFolder, ok } from './rootfs.ts';

export type ImageName = 'die' | 'node' | 'python' | 'perl' | 'linked';

/** Images of the machine's own programs, each made when it is first asked for; nothing is pulled from anywhere. */
export class Images {
  readonly #dockerd: Dockerd;
  readonly #made = new Map<ImageName, Promise<string>>();

  constructor(dockerd: Dockerd) {
    this.#dockerd = dockerd;
  }

  /** Resolves to the name that `docker run` takes. */
  get(name: ImageName): Promise<string> {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const making = this.#make(name);
    this.#made.set(name, making);
    return making;
  }

  async #make(name: ImageName): Promise<string> {
    if (name === 'die') return buildDieImage(this.#dockerd);
    await this.#dockerd.importBusybox();
    const rootfs = join(this.#dockerd.root, name);
    mkdirSync(rootfs, { recursive: true });
    await ok('cp', ['-a', `${join(this.#dockerd.root, 'busybox')}/.`, rootfs]);
    mkdirSync(join(rootfs, 'srv'), { recursive: true });
    await PROGRAMS[name](rootfs);
    return importFolder(this.#dockerd, rootfs, `inquest-test/${name}:latest`);
  }
}

const PROGRAMS: Readonly<Record<Exclude<ImageName, 'die'>, (rootfs: string) => Promise<void>>> = {
  node: addNode,
  python: addPython,
  perl: (rootfs) => addProgram(rootfs, '/usr/bin/perl', '/usr/bin/perl'),
  linked: addLinked,
};

/** /bin/linked needs a shared library that is not in the image. */
async function addLinked(rootfs: string): Promise<void> {
  const folder = join(rootfs, 'tmp', 'build');
  mkdirSync(folder, { recursive: true });
  const source = join(folder, 'gone.c');
  const library = join(folder, 'libgone.so');
  const program = join(folder, 'linked');
  writeFileSync(source, 'int gone(void) { return 7; }\n');
  await ok('cc', ['-shared', '-fPIC', '-o', library, source]);
  writeFileSync(source, 'int gone(void);\nint main(void) { return gone(); }\n');
  await ok('cc', ['-o', program, source, `-L${folder}`, '-lgone']);
  rmSync(library);
  await addProgram(rootfs, program, '/bin/linked');
  rmSync(folder, { recursive: true });
}

/** The Node.js that runs the tests: the one that the lock file pins. */
async function addNode(rootfs: string): Promise<void> {
  await addProgram(rootfs, process.execPath, '/bin/node');
}

/** The distribution's own Python: a version manager's may be first in PATH. */
const PYTHON = '/usr/bin/python3';

async function addPython(rootfs: string): Promise<void> {
  await addProgram(rootfs, PYTHON, PYTHON);
  const library = (await ok(PYTHON, ['-I', '-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'])).trim();
  cpSync(library, join(rootfs, library), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !UNNEEDED.has(basename(source)) && !basename(source).startsWith('config-'),
  });
}

const UNNEEDED: ReadonlySet<string> = new Set(['test', '__pycache__', 'ensurepip', 'idlelib', 'lib2to3', 'tkinter']);
