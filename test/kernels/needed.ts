/** What a verdict lacks where none of the programs is attached: any one of them does the work. */
export interface Needed {
  readonly programs: readonly string[];
  readonly otherwise: string;
}

const NEEDED: readonly Needed[] = [
  { programs: ['process_fault'], otherwise: 'where in the program it crashed' },
  {
    programs: ['data_ready_event', 'sk_data_ready', 'sock_readable_fentry', 'sock_readable_kprobe'],
    otherwise: 'who asked the runtime for a stop',
  },
  { programs: ['signal_deliver'], otherwise: 'whether a handler ran' },
];

/** Pure. */
export function lackingOf(
  programs: readonly { readonly name: string; readonly attached: boolean }[],
): readonly Needed[] {
  const attached = new Set(programs.filter((one) => one.attached).map(({ name }) => name));
  return NEEDED.filter((need) => !need.programs.some((name) => attached.has(name)));
}
