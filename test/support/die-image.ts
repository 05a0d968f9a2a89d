import { chmodSync, copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dockerd } from './dockerd.ts';
import { makeBusyboxRootfs } from './busybox.ts';
import { addCompiled, importFolder, ok, writeForeign } from './rootfs.ts';

const IMAGE = 'inquest-test/die:latest';

/**
 * Busybox and programs that die: /bin/die in the way that its argument names, without symbols /bin/die-stripped, with
 * the C library in a file of its own /bin/die-shared; /bin/throw of a C++ exception. /bin/ask is a client of a
 * container runtime. /bin/foreign is for another processor, /bin/plain lacks its executable bit. Resolves to the
 * image's name.
 */
export async function buildDieImage(dockerd: Dockerd): Promise<string> {
  const rootfs = join(dockerd.root, 'die');
  await buildDieRootfs(rootfs);
  return importFolder(dockerd, rootfs, IMAGE);
}

/** The same as a folder. */
export async function buildDieRootfs(rootfs: string): Promise<void> {
  makeBusyboxRootfs(rootfs);
  const bin = join(rootfs, 'bin');
  mkdirSync(join(rootfs, 'run'), { recursive: true });
  const die = join(bin, 'die');
  const made = process.env['INQUEST_PROGRAMS'];
  // A machine without a compiler brings them along.
  const programs = made ?? `${rootfs}-programs`;
  if (made === undefined) await buildDiePrograms(programs);
  for (const name of PROGRAMS) copyFileSync(join(programs, name), join(bin, name));
  cpSync(join(programs, SHARED), rootfs, { recursive: true });
  writeForeign(die, join(bin, 'foreign'));
  copyFileSync(die, join(bin, 'plain'));
  chmodSync(join(bin, 'plain'), 0o644);
}

const PROGRAMS = ['die', 'die-stripped', 'throw', 'ask'] as const;
/** What one that is not static needs, at the paths where its loader looks. */
const SHARED = 'shared';

function source(name: string): string {
  return join(import.meta.dirname, name);
}

/** How `die` is compiled. No frame pointers, as compilers do by default: a backtrace has to work without. */
const HOW = ['-O1', '-g', '-fno-optimize-sibling-calls', '-fomit-frame-pointer', '-pthread', '-w'];

/** It alone, static, by a compiler for any architecture. */
export async function buildDie(file: string, compiler: string): Promise<void> {
  await ok(compiler, [...HOW, '-static', '-o', file, source('die.c')]);
}

/**
 * They run in any image and on any machine of an architecture: static, or with their own C library.
 * @param tools prefix of the compilers for another architecture than this machine's
 */
export async function buildDiePrograms(folder: string, tools = ''): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const [cc, cxx] = [`${tools}gcc`, `${tools}g++`];
  const target = (name: string): string => join(folder, name);
  await buildDie(target('die'), cc);
  await ok(cc, [...HOW, '-static', '-s', '-o', target('die-stripped'), source('die.c')]);
  await ok(cxx, ['-O1', '-g', '-static', '-o', target('throw'), source('throw.cc')]);
  await ok(cc, ['-O1', '-static', '-o', target('ask'), source('ask.c')]);
  await ok(cc, [...HOW, '-o', target('die-shared'), source('die.c')]);
  await addCompiled(target(SHARED), target('die-shared'), '/bin/die-shared', tools);
}

/** What holds a pod's namespaces, as `file`; static. */
export async function makePause(file: string): Promise<void> {
  const made = process.env['INQUEST_PROGRAMS'];
  if (made === undefined) await buildPause(file);
  else copyFileSync(join(made, 'pause'), file);
}

export async function buildPause(file: string, tools = ''): Promise<void> {
  await ok(`${tools}gcc`, ['-O1', '-static', '-o', file, source('pause.c')]);
}
