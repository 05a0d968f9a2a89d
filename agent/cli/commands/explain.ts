import * as z from 'zod';
import type { AgentClient } from '../../client/agent-client.ts';
import { RequestError } from '../../client/errors.ts';
import type { Death, DeathSummary } from '../../domain/death.ts';
import { shortId } from '../../domain/container.ts';
import { displayText } from '../../domain/display.ts';
import { InquestError } from '../../domain/errors.ts';
import { RpcError } from '../../domain/protocol.ts';
import type { AmbiguousData, NotFoundData } from '../../domain/protocol.ts';
import { toReport } from '../../domain/report.ts';
import { defineCommand, usage } from '../command.ts';
import { Exit } from '../exit.ts';
import { writeLines } from '../io.ts';
import { withAgent } from '../link.ts';
import { startedWords } from '../render/empty.ts';
import { renderExplain } from '../render/explain.ts';
import { renderWounded } from '../render/story.ts';
import type { Look } from '../text/look.ts';

/** Late evidence (the runtime's exit code, the log tail) is there well before. */
const SETTLE_MS = 3_000;
const SHOWN_NAMES = 3;
const NAME_LIMIT = 60;

export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'Explain why a container died: who, how, on what evidence, what to do',
  description: [
    'Takes the name of a container, the start of its id, or the id of a death. Of several deaths of one container it explains the last. In Kubernetes a container is called POD/CONTAINER; POD, NAMESPACE/POD and NAMESPACE/POD/CONTAINER do, too.',
    'Of a container that runs and has not died it says which of its processes were killed or crashed; with --json it prints the last of those, whose field wound is not null.',
  ],
  positional: { name: 'container | death id', required: true },
  flags: {
    all: { type: 'boolean', help: 'All evidence, parents and log lines, not only the telling ones.' },
  },
  examples: [
    'inquest explain shop-api',
    'inquest explain 3f2a9c1b --all',
    'inquest explain shop/web-7d4b9c6f5-x2x7k',
    'inquest explain shop-api --json | jq .actor',
  ],
  run: async ({ io, flags, argument, socket, json, look }) => {
    await withAgent(socket, async (agent) => {
      const outcome = await explain(agent, argument, look);
      if ('wounds' in outcome) {
        const [newest] = outcome.wounds;
        if (json) writeLines(io.stdout, [JSON.stringify(toReport(await getDeath(agent, newest.id)))]);
        else writeLines(io.stdout, renderWounded(outcome.name, outcome.wounds, look));
        return;
      }
      const { death } = outcome;
      const lines = json
        ? [JSON.stringify(toReport(death))]
        : renderExplain(death, look, { all: flags.has('all'), tier: agent.hello.tier });
      writeLines(io.stdout, lines);
    });
    return Exit.Ok;
  },
});

type Explained = { readonly death: Death } | Wounded;

async function explain(agent: AgentClient, query: string, look: Look): Promise<Explained> {
  try {
    return await agent.request('deaths/explain', { query, settleMs: SETTLE_MS });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const wounded = await woundsOf(error, agent, query);
    if (wounded !== undefined) return wounded;
    throw await toHelpfulError(error, agent, query, look);
  }
}

/** A container that runs and has not died, but a process of which was killed or crashed. */
interface Wounded {
  readonly name: string;
  /** Newest first. */
  readonly wounds: readonly [DeathSummary, ...DeathSummary[]];
}

async function woundsOf(error: RequestError, agent: AgentClient, query: string): Promise<Wounded | undefined> {
  const data = stillRunningData.safeParse(error.data);
  if (error.code !== RpcError.StillRunning || !data.success) return undefined;
  if (!agent.hello.capabilities.includes('wounds')) return undefined;
  const { deaths } = await agent.request('deaths/list', {
    filter: { container: data.data.containerId },
    what: 'wounds',
  });
  const [newest, ...older] = deaths.toSorted((a, b) => b.at - a.at);
  if (newest === undefined) return undefined;
  return { name: displayText(query, NAME_LIMIT), wounds: [newest, ...older] };
}

async function getDeath(agent: AgentClient, id: string): Promise<Death> {
  const { death } = await agent.request('deaths/get', { id });
  return death;
}

const stillRunningData = z.object({ containerId: z.string() });

/** Data of an error answer, read leniently: an older agent may say less. */
const notFoundData: z.ZodType<NotFoundData> = z.object({ running: z.boolean(), closest: z.array(z.string()) });
const ambiguousData: z.ZodType<AmbiguousData> = z.object({
  candidates: z.array(
    z.object({
      containerId: z.string(),
      name: z
        .string()
        .optional()
        .transform((name) => name),
      lastDeathAt: z
        .number()
        .optional()
        .transform((at) => at),
    }),
  ),
});

async function toHelpfulError(error: RequestError, agent: AgentClient, query: string, look: Look): Promise<Error> {
  const asked = displayText(query, NAME_LIMIT);
  switch (error.code) {
    case RpcError.StillRunning:
      return new InquestError('not-found', `${asked} is running, and no earlier death of it is known.`, {
        next: 'inquest watch shows its death when it comes.',
        cause: error,
      });
    case RpcError.Ambiguous:
      return usage(
        `“${asked}” fits several containers${namesOf(error)}.`,
        'Give the whole name, a longer id or a death id.',
      );
    case RpcError.NotFound:
      return await notFound(error, agent, asked, look);
    default:
      return error;
  }
}

function namesOf(error: RequestError): string {
  const parsed = ambiguousData.safeParse(error.data);
  if (!parsed.success) return '';
  const names = parsed.data.candidates.map(({ name, containerId }) =>
    displayText(name ?? shortId(containerId), NAME_LIMIT),
  );
  return names.length === 0 ? '' : `: ${names.slice(0, 2 * SHOWN_NAMES).join(', ')}`;
}

async function notFound(error: RequestError, agent: AgentClient, asked: string, look: Look): Promise<InquestError> {
  const parsed = notFoundData.safeParse(error.data);
  const closest = parsed.success ? parsed.data.closest.slice(0, SHOWN_NAMES) : [];
  const health = await agent.request('inquest/health', {});
  const hints = [
    ...(parsed.success && parsed.data.running ? [`${asked} is running and has not died.`] : []),
    ...(closest.length === 0
      ? []
      : [`Did you mean ${closest.map((name) => displayText(name, NAME_LIMIT)).join(', ')}?`]),
    `${startedWords(health, look)}; of earlier deaths it knows only what the runtime still remembers.`,
    'inquest deaths lists what is known.',
  ];
  return new InquestError('not-found', `No death of “${asked}” is known.`, { next: hints.join('\n'), cause: error });
}
