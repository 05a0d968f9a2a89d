import { lackingOf } from './needed.ts';
import type { KernelResult, KeptLoad, ScenarioResult } from './result.ts';

type Kept = Omit<ScenarioResult, 'failure'>;

const HEAD = ['kernel', 'programs', 'a verdict lacks', 'recorded right', 'containers told right', 'with'] as const;
const NOT_PLAYED = 'not played';

/** A line for each kernel, and below what was told wrongly on it. Markdown; names are those of our own tests. Pure. */
export function renderKernels(loads: readonly KeptLoad[], results: readonly KernelResult[]): string {
  const lines = loads.map((load) =>
    rowOf(
      load,
      results.find(({ kernel }) => kernel === load.kernel),
    ),
  );
  const rows = [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  const wrong = results.flatMap(({ kernel, scenarios }) =>
    ofOutcome(scenarios, 'wrong').map(({ title, said }) => `- ${kernel}: ${title}: ${said}`),
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
    result === undefined ? NOT_PLAYED : toldOf(result),
    result === undefined ? '' : runtimesOf(result),
  ];
}

function toldOf({ scenarios, whole, at }: KernelResult): string {
  const right = ofOutcome(scenarios, 'right').length;
  const played = scenarios.length - ofOutcome(scenarios, 'skipped').length;
  return `${String(right)} of ${String(played)}${whole ? '' : ' until it was ended'}, ${day(at)}`;
}

function runtimesOf({ docker, others, glibc }: KernelResult): string {
  const named = Object.entries(others).map(([name, version]) => `${name} ${version}`);
  return [`Docker ${docker}`, ...named, `glibc ${glibc}`].join(', ');
}

function ofOutcome(scenarios: readonly Kept[], outcome: Kept['outcome']): readonly Kept[] {
  return scenarios.filter((one) => one.outcome === outcome);
}

function day(at: string): string {
  return at.slice(0, 10);
}
