import { shortId } from './container.ts';
import { DEATH_ID } from './death.ts';
import type { ExitCodeMeaning } from './exit-codes.ts';
import { explainStatus } from './foreign-status.ts';
import type { FoundDeath } from './lsp-protocol.ts';
import type { MentionSubject } from './mentions.ts';
import { signalInfo, signalName } from './signals.ts';

/** A hover as data; `hover-render.ts` makes text of it. Texts may be foreign: they are escaped there. */
export interface HoverCard {
  readonly title: string;
  readonly summary: string | undefined;
  readonly known: KnownDeaths | undefined;
  readonly sections: readonly HoverSection[];
}

export interface HoverSection {
  readonly heading: string;
  readonly items: readonly HoverItem[];
}

export interface HoverItem {
  readonly text: string;
  /** Where it holds: `Docker`, `Go`. */
  readonly context?: string;
}

export interface KnownDeaths {
  readonly heading: string;
  readonly deaths: readonly FoundDeath[];
}

/** Deaths and what they are to the hovered line. */
export type Findings =
  /** The one that the line is about. */
  | { readonly by: 'one'; readonly deaths: readonly [FoundDeath] }
  /** Of the same container, and nothing tells which. */
  | { readonly by: 'container'; readonly deaths: readonly FoundDeath[] }
  /** With the same exit code, and nothing tells that the line is about one of them. */
  | { readonly by: 'code'; readonly code: number; readonly deaths: readonly FoundDeath[] };

const SIGNAL_BASE = 128;
const SHOWN_MEANINGS = 6;

function headingOf(findings: Findings): string {
  switch (findings.by) {
    case 'one':
      return 'What really happened';
    case 'container':
      return 'Deaths of this container. The line does not say which of them it is about';
    case 'code':
      return `Deaths with exit code ${String(findings.code)}. The line does not say whether it is about one of them`;
  }
}

/** `undefined` when there is nothing to say: a container of which no death is known. */
export function describeMention(mention: MentionSubject, findings: Findings | undefined): HoverCard | undefined {
  const known = knownDeaths(findings);
  switch (mention.kind) {
    case 'exit-code':
      return { ...describeCode(mention.code), known };
    case 'foreign-status':
      return { ...describeCode(mention.status), known };
    case 'signal':
      return { ...describeSignal(mention.signal), known };
    case 'oom':
      return { ...describeOom(mention.flag), known };
    case 'crash-loop':
      return { ...CRASH_LOOP, known };
    case 'status-unknown':
      return { ...STATUS_UNKNOWN, known };
    case 'container-id':
      return known && { title: `Container ${shortId(mention.id)}`, summary: undefined, known, sections: [] };
    case 'container-name':
      return known && { title: `Container ${mention.name}`, summary: undefined, known, sections: [] };
  }
}

function knownDeaths(findings: Findings | undefined): KnownDeaths | undefined {
  // The id ends up in a command link: what does not look like one does not come from an agent.
  const deaths = findings?.deaths.filter(({ id }) => DEATH_ID.test(id)) ?? [];
  return findings === undefined || deaths.length === 0 ? undefined : { heading: headingOf(findings), deaths };
}

type General = Omit<HoverCard, 'known'>;

const CAN_MEAN = 'It can mean';
const NO_PROOF = 'What it does not prove';

function describeCode(code: number): General {
  const { summary, meanings, notProof } = explainStatus(code);
  return {
    title: `Exit code ${String(code)}`,
    summary: sentence(summary),
    sections: [
      { heading: CAN_MEAN, items: shown(meanings, `inquest code ${String(code)}`) },
      { heading: NO_PROOF, items: notProof.map((text) => ({ text })) },
    ],
  };
}

function shown(meanings: readonly ExitCodeMeaning[], command: string): readonly HoverItem[] {
  const items = meanings.slice(0, SHOWN_MEANINGS).map(({ text, context }) => ({ text: sentence(text), context }));
  const rest = meanings.length - items.length;
  return rest === 0 ? items : [...items, { text: `And ${String(rest)} more: ${command}` }];
}

function describeSignal(signal: number): General {
  const info = signalInfo(signal);
  const name = signalName(signal);
  const code = SIGNAL_BASE + signal;
  const ends = info?.defaultAction !== 'ignore' && info?.defaultAction !== 'stop' && info?.defaultAction !== 'continue';
  return {
    title: `${name} (signal ${String(signal)})`,
    summary: `A signal for ${info?.meaning ?? 'an application-defined purpose'}.${ends ? ` A process that it ends is reported with exit code ${String(code)}.` : ''}`,
    sections: [
      {
        heading: NO_PROOF,
        items: [
          { text: 'It does not say who sent the signal: a person, a supervisor, the kernel, or the program itself.' },
          { text: 'It does not prove that the process ended by it: a program can handle or ignore most signals.' },
          ...(name === 'SIGKILL'
            ? [{ text: 'It does not prove that memory ran out: an out-of-memory kill is one of many ways to SIGKILL.' }]
            : []),
        ],
      },
    ],
  };
}

function describeOom(flag: boolean | undefined): General {
  if (flag === false) {
    return {
      title: 'OOMKilled: false',
      summary: 'The runtime saw no out-of-memory kill in this container.',
      sections: [
        {
          heading: NO_PROOF,
          items: [
            { text: 'It does not prove that memory was enough: the flag has been seen false after a real kill.' },
            { text: 'It says nothing about a limit above the container, such as that of its pod or slice.' },
          ],
        },
      ],
    };
  }
  return {
    title: 'OOMKilled',
    summary:
      'The report says that the kernel killed a process because a memory limit was reached or the machine ran out of memory.',
    sections: [
      {
        heading: NO_PROOF,
        items: [
          { text: 'It does not prove that the main process was killed: the flag has been seen on exit code 0.' },
          { text: 'It does not say whose limit was reached: the container’s own, one above it, or the machine’s.' },
          { text: 'It does not prove a leak: the limit may be too low, or a tmpfs or /dev/shm may have filled it.' },
        ],
      },
    ],
  };
}

const CRASH_LOOP: General = {
  title: 'CrashLoopBackOff',
  summary: 'The container ended several times, and Kubernetes waits longer and longer before it starts it again.',
  sections: [
    {
      heading: NO_PROOF,
      items: [
        { text: 'It does not say why it ended. The exit code and the reason of its last state do, as far as they go.' },
        {
          text: 'It does not prove a crash: a program that finishes with 0 loops the same way under restartPolicy Always.',
        },
      ],
    },
  ],
};

const STATUS_UNKNOWN: General = {
  title: 'ContainerStatusUnknown',
  summary: 'The kubelet lost track of the container and does not know how it ended.',
  sections: [
    {
      heading: NO_PROOF,
      items: [{ text: 'The exit code 137 beside it was written by the kubelet: nobody saw a signal or a status.' }],
    },
  ],
};

function sentence(text: string): string {
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
