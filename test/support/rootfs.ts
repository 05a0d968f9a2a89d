import { chmodSync, copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Dockerd } from './dockerd.ts';
import { runCommand } from './run-command.ts';

/** The program and the shared libraries that it names, at the paths where its loader looks. */
export async function addProgram(rootfs: string, program: string, target: string): Promise<void> {
  const libraries = [...(await ok('ldd', [program])).matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  copyInto(rootfs, program, target);
  for (const library of libraries) copyInto(rootfs, library, library);
}

/**
 * The same of a program that need not run here: its libraries are those of the compiler that made it.
 * @param tools prefix of that compiler and its readelf
 */
export async function addCompiled(rootfs: string, program: string, target: string, tools: string): Promise<void> {
  const said = await ok(`${tools}readelf`, ['--wide', '--program-headers', '--dynamic', program]);
  const loader = /program interpreter: (\/[^\]]+)\]/.exec(said)?.[1];
  if (loader === undefined) throw new Error(`${program} names no loader`);
  const needed = [...said.matchAll(/Shared library: \[([^\]]+)\]/g)].map(([, name = '']) => `/lib/${name}`);
  copyInto(rootfs, program, target);
  for (const path of [loader, ...needed]) {
    const found = (await ok(`${tools}gcc`, [`-print-file-name=${basename(path)}`])).trim();
    copyInto(rootfs, found, path);
  }
}

function copyInto(rootfs: string, source: string, target: string): void {
  const file = join(rootfs, target);
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(realpathSync(source), file);
}

/** A tar of the folder as an image. Resolves to its name. */
export async function importFolder(dockerd: Pick<Dockerd, 'dockerOk'>, rootfs: string, name: string): Promise<string> {
  const archive = `${rootfs}.tar`;
  await ok('tar', ['-C', rootfs, '-cf', archive, '.']);
  await dockerd.dockerOk('import', archive, name);
  return name;
}

const ELF_MACHINE_AT = 18;
const EM_AARCH64 = 183;
const EM_X86_64 = 62;

/** The same program, said to be for another processor: what an image of another architecture holds. */
export function writeForeign(program: string, file: string): void {
  const bytes = readFileSync(program);
  bytes.writeUInt16LE(process.arch === 'x64' ? EM_AARCH64 : EM_X86_64, ELF_MACHINE_AT);
  writeFileSync(file, bytes);
  chmodSync(file, 0o755);
}

/** Runs a command that must succeed; resolves to what it printed. */
export async function ok(command: string, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, argv);
  if (code !== 0) throw new Error(`${command} exited with ${String(code)}: ${stderr}`);
  return stdout;
}
