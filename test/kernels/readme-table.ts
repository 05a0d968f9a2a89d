import { lackingOf } from './needed.ts';
import { RUNTIMES } from './result.ts';
import type { KernelResult, KeptLoad, PlayedRuntime, ScenarioResult } from './result.ts';

type Kept = Omit<ScenarioResult, 'failure'>;

const HEAD = [
  ...['kernel', 'programs', 'a verdict lacks', 'recorded right'],
  ...['told right: Docker', 'Podman', 'containerd by CRI', 'conmon and crun as CRI-O runs them', 'with'],
] as const;
const NOT_PLAYED = 'not played';

/** A line for each kernel, and below what was told wrongly on it. Markdown; names are those of our own tests. Pure. */
export function renderKernels(loads: readonly KeptLoad[], results: readonly KernelResult[]): string {
  const lines = loads.map((load) =>
    rowOf(
      load,
      results.find(({ kernel, architecture }) => kernel === load.kernel && architecture === load.architecture),
    ),
  );
  const rows = [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  const wrong = results.flatMap(({ release, scenarios }) =>
    ofOutcome(scenarios, 'wrong').map(({ title, said }) => `- ${release}: ${title}: ${said}`),
  );
  const below = wrong.length === 0 ? [] : ['', 'Wrong:', '', ...wrong];
  return ['<!-- prettier-ignore-start -->', '', ...rows, ...below, '', '<!-- prettier-ignore-end -->'].join('\n');
}

function rowOf(load: KeptLoad, result: KernelResult | undefined): readonly string[] {
  const { release, suite, programs, at } = load;
  const attached = programs.filter((one) => one.attached).length;
  const lacking = lackingOf(programs).map(({ otherwise }) => otherwise);
  return [
    `${release} (Debian ${suite})`,
    `${String(attached)} of ${String(programs.length)}, ${day(at)}`,
    lacking.length === 0 ? 'nothing' : lacking.join('; '),
    `${String(load.deaths.filter(({ failure }) => failure === undefined).length)} of ${String(load.deaths.length)}`,
    ...RUNTIMES.map((runtime) => (result === undefined ? NOT_PLAYED : toldOf(result, runtime))),
    result === undefined ? '' : versionsOf(result),
  ];
}

function toldOf({ scenarios, whole, at }: KernelResult, runtime: PlayedRuntime): string {
  const under = scenarios.filter((one) => one.runtime === runtime);
  const right = ofOutcome(under, 'right').length;
  const played = under.length - ofOutcome(under, 'skipped').length;
  if (played === 0) return NOT_PLAYED;
  return `${String(right)} of ${String(played)}${whole ? '' : ' until it was ended'}, ${day(at)}`;
}

function versionsOf({ docker, others, glibc }: KernelResult): string {
  const named = Object.entries(others).map(([name, version]) => `${name} ${version}`);
  return [`Docker ${docker}`, ...named, `glibc ${glibc}`].join(', ');
}

function ofOutcome(scenarios: readonly Kept[], outcome: Kept['outcome']): readonly Kept[] {
  return scenarios.filter((one) => one.outcome === outcome);
}

function day(at: string): string {
  return at.slice(0, 10);
}
