import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import type { Architecture } from '../../.config/bundle/architectures.ts';
import { KERNELS } from './matrix.ts';
import type { Kernel } from './matrix.ts';
import type { GuestRecord, KeptLoad, KernelResult } from './result.ts';
import { keptLoadSchema, resultSchema } from './result.ts';

const ARCHITECTURES = ['x64', 'arm64'] as const;
const RESULTS = join(import.meta.dirname, 'results');

/** What is kept of a run, `undefined` where it did not come to the deaths. `at` is RFC 3339. Pure. */
export function resultOf(
  kernel: Kernel,
  architecture: Architecture,
  records: readonly GuestRecord[],
  at: string,
): KernelResult | undefined {
  const machine = records.find((record) => record.kind === 'machine');
  const probe = records.find((record) => record.kind === 'probe');
  const doctor = records.find((record) => record.kind === 'doctor');
  const programs = records.find((record) => record.kind === 'programs');
  if (machine === undefined || probe === undefined || doctor === undefined || programs === undefined) return undefined;
  return {
    kernel: kernel.name,
    architecture,
    suite: kernel.suite,
    release: machine.release,
    at,
    docker: machine.docker,
    others: machine.others,
    glibc: machine.glibc,
    whole: records.some(({ kind }) => kind === 'done'),
    doctorOk: doctor.ok,
    probe: probe.probe,
    programs: programs.programs,
    checks: doctor.checks,
    scenarios: records
      .flatMap((record) => (record.kind === 'scenario' ? [record.scenario] : []))
      .map(({ runtime, name, number, title, outcome, said }) => ({ runtime, name, number, title, outcome, said }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

/** What is kept after some scenarios were played again: each as it was told last, all as old as the oldest. Pure. */
export function replayed(kept: KernelResult, again: KernelResult): KernelResult {
  const names = new Set(again.scenarios.map(({ name }) => name));
  const others = kept.scenarios.filter(({ name }) => !names.has(name));
  const scenarios = [...others, ...again.scenarios].sort((a, b) => a.name.localeCompare(b.name));
  return { ...again, at: kept.at, whole: kept.whole, scenarios };
}

/** The kept results, an architecture after the other, in the order of the matrix. */
export function readResults(): readonly KernelResult[] {
  return read('[0-9]*.json', resultSchema);
}

export function keepResult(result: KernelResult): void {
  keep(`${fileOf(result)}.json`, result);
}

/** Those of `make kernel-load`. */
export function readLoads(): readonly KeptLoad[] {
  return read('load-*.json', keptLoadSchema);
}

export function keepLoad(load: KeptLoad): void {
  keep(`load-${fileOf(load)}.json`, load);
}

interface Proved {
  readonly kernel: string;
  readonly architecture: Architecture;
}

function fileOf({ kernel, architecture }: Proved): string {
  return architecture === 'x64' ? kernel : `${kernel}-${architecture}`;
}

function read<T extends Proved>(pattern: string, schema: z.ZodType<T>): readonly T[] {
  const all = globSync(pattern, { cwd: RESULTS }).map((file) =>
    schema.parse(JSON.parse(readFileSync(join(RESULTS, file), 'utf8'))),
  );
  return ARCHITECTURES.flatMap((wanted) =>
    KERNELS.flatMap(({ name }) => all.filter((one) => one.kernel === name && one.architecture === wanted)),
  );
}

/** Only where it is asked for: every run would change the dates in README otherwise. */
function keep(file: string, value: object): void {
  if ((process.env['RECORD'] ?? '') === '') return;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, file), `${JSON.stringify(value, null, 2)}\n`);
}
