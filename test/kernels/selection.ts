/**
 * The deaths that a kernel can make look different: by what it says at its tracepoints, where it keeps what is read
 * there, and what its cgroups can do. What only a log or a runtime tells is the same on each, and takes long to
 * emulate: `ONLY=all` plays it too.
 */
const KERNEL_DEATHS: ReadonlySet<string> = new Set([
  '01-main-over-limit',
  '03-child-over-limit-shell-passes-on',
  '05-parent-cgroup-limit',
  '06-oom-group',
  '07-host-out-of-memory',
  '07-oom-daemon',
  '11-stop-without-handler',
  '20-kill-from-host-shell',
  '26-cgroup-kill',
  '29-null-dereference',
  '30-stack-overflow',
  '38-seccomp',
  '40-cpu-limit-hard',
  '43-exit-255',
  '44-exit-137',
]);

/** Of `ONLY`: every scenario. */
export const ALL = 'all';

/** Is this scenario played? `only` holds parts of names, `all`, or nothing: then those above. Pure. */
export function isChosen(name: string, only: readonly string[]): boolean {
  if (only.length === 0) return KERNEL_DEATHS.has(name);
  return only.includes(ALL) || only.some((part) => name.includes(part));
}

/** Are the tests of another runtime played? Pure. */
export function playsFile(file: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((part) => part === ALL || file.includes(part));
}

/** Does it hold enough to be kept as the kernel's result? */
export function isWhole(only: readonly string[]): boolean {
  return only.length === 0 || only.includes(ALL);
}
