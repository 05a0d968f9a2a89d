import type { AgentClient } from '../../client/agent-client.ts';
import type { Death, DeathSummary } from '../../domain/death.ts';
import { LIMITS, RpcError } from '../../domain/protocol.ts';
import type { DeathFilter } from '../../domain/protocol.ts';
import { toReport } from '../../domain/report.ts';
import { defineCommand } from '../command.ts';
import type { Reader } from '../command.ts';
import { Exit } from '../exit.ts';
import { writeLines } from '../io.ts';
import { isAnswer, needWounds, withAgent } from '../link.ts';
import { inOrder } from '../in-order.ts';
import { renderDeaths } from '../render/list.ts';
import { renderNoDeaths, renderNoWounds } from '../render/empty.ts';
import { parseCause, parseExitCode, parseLabels, parseMoment, parseWhole } from '../values.ts';
import type { EpochUs } from '../../domain/time.ts';

const DEFAULT_LIMIT = 50;
const MOST = 100_000;
/** Below the agent's own bound, so that another window of the same user is not turned away. */
const GETS_IN_FLIGHT = 8;

const FLAGS = {
  since: { type: 'string', value: '<time>', help: 'Only deaths after this: 30m, 2h, 7d ago, or RFC 3339.' },
  until: { type: 'string', value: '<time>', help: 'Only deaths before this.' },
  cause: { type: 'string', value: '<cause>', help: 'A cause such as oom.container, or a family such as oom.' },
  container: { type: 'string', value: '<name>', help: 'Name of the container, or at least 4 characters of its id.' },
  image: { type: 'string', value: '<image>', help: 'Image of the container.' },
  label: { type: 'string', multiple: true, value: '<k=v>', help: 'Label of the container; may be repeated.' },
  'exit-code': { type: 'string', value: '<n>', help: 'Exit code as the runtime reports it.' },
  wounded: {
    type: 'boolean',
    help: 'Not deaths: processes that were killed or crashed while their container lived on.',
  },
  text: { type: 'string', value: '<text>', help: 'Text in the name, the image or the headline.' },
  limit: { type: 'string', value: '<n>', help: `At most so many, newest first. Default: ${String(DEFAULT_LIMIT)}` },
} as const;

export const deathsCommand = defineCommand({
  name: 'deaths',
  summary: 'List the containers that died, newest first',
  description: [
    'Every condition must hold. With --json each line is one full report of a death, as explain --json prints it.',
  ],
  flags: FLAGS,
  examples: [
    'inquest deaths --since 2h',
    'inquest deaths --cause oom --label com.docker.compose.project=shop',
    'inquest deaths --wounded --since 1d',
    'inquest deaths --json | jq -r .headline',
  ],
  run: async ({ io, flags, socket, json, look }) => {
    const filter = filterOf(flags, io.now());
    const limit = parseWhole('--limit', flags.text('limit') ?? String(DEFAULT_LIMIT), 1, MOST);
    await withAgent(socket, async (agent) => {
      const { deaths, more } = await listDeaths(agent, filter, limit, flags.has('wounded'));
      if (json) {
        for await (const death of inOrder(deaths, GETS_IN_FLIGHT, async ({ id }) => await getDeath(agent, id))) {
          if (death !== undefined) writeLines(io.stdout, [JSON.stringify(toReport(death))]);
        }
      } else if (deaths.length === 0 && flags.has('wounded')) {
        writeLines(io.stdout, renderNoWounds(look));
      } else if (deaths.length === 0) {
        const health = await agent.request('inquest/health', {});
        writeLines(io.stdout, renderNoDeaths(health, Object.keys(filter).length > 0, look));
      } else {
        writeLines(io.stdout, renderDeaths(deaths, look, more));
      }
    });
    return Exit.Ok;
  },
});

function filterOf(flags: Reader<typeof FLAGS>, now: EpochUs): DeathFilter {
  const since = flags.text('since');
  const until = flags.text('until');
  const cause = flags.text('cause');
  const container = flags.text('container');
  const image = flags.text('image');
  const exitCode = flags.text('exit-code');
  const text = flags.text('text');
  const labels = flags.texts('label');
  return {
    ...(since === undefined ? {} : { since: parseMoment('--since', since, now) }),
    ...(until === undefined ? {} : { until: parseMoment('--until', until, now) }),
    ...(cause === undefined ? {} : { cause: parseCause('--cause', cause) }),
    ...(container === undefined ? {} : { container }),
    ...(image === undefined ? {} : { image }),
    ...(exitCode === undefined ? {} : { exitCode: parseExitCode('--exit-code', exitCode) }),
    ...(text === undefined ? {} : { text }),
    ...(labels.length === 0 ? {} : { labels: parseLabels('--label', labels) }),
  };
}

async function listDeaths(
  agent: AgentClient,
  filter: DeathFilter,
  limit: number,
  wounded: boolean,
): Promise<{ deaths: readonly DeathSummary[]; more: boolean }> {
  if (wounded) needWounds(agent);
  const deaths: DeathSummary[] = [];
  let cursor: number | undefined;
  do {
    const page = await agent.request('deaths/list', {
      filter,
      limit: Math.min(LIMITS.pageSize, limit - deaths.length),
      ...(cursor === undefined ? {} : { cursor }),
      ...(wounded ? { what: 'wounds' } : {}),
    });
    deaths.push(...page.deaths);
    cursor = page.nextCursor;
  } while (cursor !== undefined && deaths.length < limit);
  return { deaths: deaths.slice(0, limit), more: cursor !== undefined };
}

/** Nothing when retention took the death away since it was listed. */
async function getDeath(agent: AgentClient, id: string): Promise<Death | undefined> {
  try {
    const { death } = await agent.request('deaths/get', { id });
    return death;
  } catch (error) {
    if (isAnswer(error, RpcError.NotFound)) return undefined;
    throw error;
  }
}
