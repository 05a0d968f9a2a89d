import type { BacktraceFrame, ProcessFault } from '../domain/evidence.ts';
import type { CapturedFault, CodeMapping } from '../domain/fault.ts';
import { hexAddress } from '../domain/fault.ts';
import { Malformed } from './cursor.ts';
import { demangle } from './demangle.ts';
import { ElfFile } from './elf.ts';
import { goPlacesAt } from './go-table.ts';
import type { SourceLine } from './line-table.ts';
import { linesAt } from './line-table.ts';
import type { ByteSource } from './source.ts';
import type { FunctionName } from './symbols.ts';
import { functionsAt } from './symbols.ts';
import type { UnwoundFrame } from './unwind.ts';
import { imageAddress, unwind } from './unwind.ts';

const FUNCTION_MAX = 256;
const PATH_MAX = 256;

/** Everything that the file of a module says about the frames in it. */
interface Names {
  readonly functions: ReadonlyMap<number, FunctionName>;
  readonly lines: ReadonlyMap<number, SourceLine>;
  readonly buildId: string | undefined;
}

/**
 * Works out the backtrace. `sourceOf` gives the file behind a mapping where it could be opened and is the same
 * one that was mapped. Whatever is malformed only costs what it would have told.
 */
export function resolveFault(
  captured: CapturedFault,
  sourceOf: (mapping: CodeMapping) => ByteSource | undefined,
): ProcessFault {
  const files = new Map<string, ElfFile | undefined>();
  const modules = captured.code.map((mapping) => ({ mapping, elf: elfOf(mapping, files, sourceOf) }));
  const { frames, isTruncated } = unwind(captured, modules);
  const names = new Map<ElfFile, Names>();
  for (const { module } of frames) {
    if (module?.elf === undefined || names.has(module.elf)) continue;
    names.set(module.elf, namesIn(module.elf, frames));
  }
  return { ...captured.fault, frames: frames.map((frame) => present(frame, names)), truncated: isTruncated };
}

/** Mappings of one file share it. A file of another build than the one that ran tells lies. */
function elfOf(
  mapping: CodeMapping,
  files: Map<string, ElfFile | undefined>,
  sourceOf: (mapping: CodeMapping) => ByteSource | undefined,
): ElfFile | undefined {
  const { file } = mapping;
  if (file === undefined) return undefined;
  const key = `${String(file.major)}:${String(file.minor)}:${String(file.inode)}`;
  if (files.has(key)) return files.get(key);
  const source = sourceOf(mapping);
  const elf = source === undefined ? undefined : attempt(() => new ElfFile(source));
  const isOther =
    elf !== undefined && mapping.buildId !== undefined && attempt(() => elf.buildId()) !== mapping.buildId;
  const trusted = isOther ? undefined : elf;
  files.set(key, trusted);
  return trusted;
}

function namesIn(elf: ElfFile, frames: readonly UnwoundFrame[]): Names {
  const own = frames.filter(({ module }) => module?.elf === elf);
  const addresses = [...new Set(own.map(insideImage).filter((address) => address !== undefined))];
  const functions = attempt(() => functionsAt(elf, addresses)) ?? new Map<number, FunctionName>();
  const lines = attempt(() => linesAt(elf, addresses)) ?? new Map<number, SourceLine>();
  const unknown = addresses.filter((address) => !functions.has(address) || !lines.has(address));
  for (const [address, place] of attempt(() => goPlacesAt(elf, unknown)) ?? []) {
    if (!functions.has(address)) functions.set(address, place.function);
    if (place.line !== undefined && !lines.has(address)) lines.set(address, place.line);
  }
  return { functions, lines, buildId: attempt(() => elf.buildId()) };
}

function insideImage({ module, inside }: UnwoundFrame): number | undefined {
  return module === undefined ? undefined : imageAddress(module, inside);
}

function present(frame: UnwoundFrame, names: ReadonlyMap<ElfFile, Names>): BacktraceFrame {
  const { module, address, foundBy, interrupted } = frame;
  const shown = {
    address: hexAddress(address),
    ...(foundBy === 'frame-pointer' ? { isGuess: true } : {}),
    ...(interrupted === undefined ? {} : { interrupted }),
  };
  if (module === undefined) return shown;
  const { mapping, elf } = module;
  const known = elf === undefined ? undefined : names.get(elf);
  const image = imageAddress(module, address) ?? Number(address - mapping.start + mapping.fileOffset);
  const within = insideImage(frame);
  const named = within === undefined ? undefined : known?.functions.get(within);
  const line = within === undefined ? undefined : known?.lines.get(within);
  const buildId = known?.buildId ?? mapping.buildId;
  return {
    ...shown,
    ...(mapping.file?.path === undefined ? {} : { module: baseName(mapping.file.path) }),
    offset: `0x${image.toString(16)}`,
    ...(buildId === undefined ? {} : { buildId }),
    ...(named === undefined
      ? {}
      : { function: demangle(named.symbol).slice(0, FUNCTION_MAX), functionOffset: image - named.start }),
    ...(line === undefined ? {} : { file: line.file.slice(-PATH_MAX), line: line.line }),
  };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
