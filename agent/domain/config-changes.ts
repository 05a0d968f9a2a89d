import { formatBytes } from './bytes.ts';
import type { ContainerIdentity } from './container.ts';
import { shortId } from './container.ts';
import { displayCommand, displayText } from './display.ts';
import type { ConfigChange } from './repetition.ts';

const NAME_LIMIT = 120;
const COMMAND_LIMIT = 160;
const NAMES_SHOWN = 6;
const NAME_OF_VARIABLE_LIMIT = 64;

/**
 * What is different between two runs of one workload. Nothing is said of what is not known of both:
 * of a container that only the kernel saw nobody knows the limits.
 */
export function configChanges(before: ContainerIdentity, after: ContainerIdentity): readonly ConfigChange[] {
  if (before.source !== 'runtime' || after.source !== 'runtime') return [];
  return [image(before, after), ...limits(before, after), command(before, after), environment(before, after)].filter(
    (change) => change !== undefined,
  );
}

function image(before: ContainerIdentity, after: ContainerIdentity): ConfigChange | undefined {
  const [from, to] = [before.imageDigest, after.imageDigest];
  if (from !== undefined && to !== undefined) {
    if (from === to) return undefined;
    if (before.image !== after.image) return imageNamed(before.image, after.image);
    const name = after.image === undefined ? 'the image' : `the image ${displayText(after.image, NAME_LIMIT)}`;
    return { what: 'image', text: `${name} was replaced by another build (${digest(from)}, then ${digest(to)})` };
  }
  return before.image === after.image ? undefined : imageNamed(before.image, after.image);
}

function imageNamed(before: string | undefined, after: string | undefined): ConfigChange | undefined {
  if (before === undefined || after === undefined) return undefined;
  const [from, to] = [displayText(before, NAME_LIMIT), displayText(after, NAME_LIMIT)];
  return { what: 'image', text: `the image went from ${from} to ${to}` };
}

/** `sha256:3f2a…` as people see it: the first twelve digits. */
function digest(text: string): string {
  return displayText(shortId(text.replace(/^sha256:/, '')));
}

function limits(before: ContainerIdentity, after: ContainerIdentity): readonly (ConfigChange | undefined)[] {
  const [from, to] = [before.limits, after.limits];
  if (from === undefined || to === undefined) return [];
  return [
    limit('memory', 'memory limit', from.memoryBytes, to.memoryBytes, formatBytes),
    // Docker sets it together with the memory limit: alone it is a change of its own.
    from.memoryBytes === to.memoryBytes
      ? limit('swap', 'limit of memory and swap', from.memorySwapBytes, to.memorySwapBytes, formatBytes)
      : undefined,
    limit('cpus', 'CPU limit', from.cpus, to.cpus, (cpus) => `${String(cpus)} CPUs`),
    limit('pids', 'limit of processes', from.pids, to.pids, String),
    limit('shm', 'size of /dev/shm', from.shmBytes, to.shmBytes, formatBytes),
  ];
}

function limit(
  what: ConfigChange['what'],
  name: string,
  before: number | undefined,
  after: number | undefined,
  format: (value: number) => string,
): ConfigChange | undefined {
  if (before === after) return undefined;
  if (after === undefined) return { what, text: `the ${name} of ${format(before ?? 0)} was taken away` };
  if (before === undefined) return { what, text: `a ${name} of ${format(after)} was set where there was none` };
  return { what, text: `the ${name} went from ${format(before)} to ${format(after)}` };
}

function command(before: ContainerIdentity, after: ContainerIdentity): ConfigChange | undefined {
  const [from, to] = [wholeCommand(before), wholeCommand(after)];
  if (from === undefined || to === undefined || from === to) return undefined;
  return { what: 'command', text: `the command went from ${from} to ${to}` };
}

function wholeCommand({ entrypoint, command: argv }: ContainerIdentity): string | undefined {
  if (entrypoint === undefined && argv === undefined) return undefined;
  return displayCommand([...(entrypoint ?? []), ...(argv ?? [])], COMMAND_LIMIT);
}

function environment(before: ContainerIdentity, after: ContainerIdentity): ConfigChange | undefined {
  const [from, to] = [before.environmentNames, after.environmentNames];
  if (from === undefined || to === undefined) return undefined;
  const [known, wanted] = [new Set(from), new Set(to)];
  const added = to.filter((name) => !known.has(name));
  const removed = from.filter((name) => !wanted.has(name));
  const parts = [
    ...(added.length === 0 ? [] : [`${names(added)} ${added.length === 1 ? 'was' : 'were'} added`]),
    ...(removed.length === 0 ? [] : [`${names(removed)} ${removed.length === 1 ? 'was' : 'were'} removed`]),
  ];
  return parts.length === 0
    ? undefined
    : { what: 'environment', text: `in the environment ${parts.join(' and ')} (values are never read)` };
}

function names(list: readonly string[]): string {
  const shown = list.slice(0, NAMES_SHOWN).map((name) => displayText(name, NAME_OF_VARIABLE_LIMIT));
  const rest = list.length - shown.length;
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${String(rest)} more`;
}
