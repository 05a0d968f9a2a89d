import type { AgentClient } from '../../client/agent-client.ts';
import { followChanges } from '../../client/follow-changes.ts';
import type { Death } from '../../domain/death.ts';
import { RpcError } from '../../domain/protocol.ts';
import type { ChangedParams } from '../../domain/protocol.ts';
import { toReport } from '../../domain/report.ts';
import { defineCommand } from '../command.ts';
import { Exit } from '../exit.ts';
import { lookOf, writeLines } from '../io.ts';
import type { Io } from '../io.ts';
import { isAnswer, openAgent } from '../link.ts';
import { renderNotice } from '../render/error.ts';
import { listedOf, renderWatchLine } from '../render/list.ts';
import type { Look } from '../text/look.ts';

/** An agent that restarts is back within a second. */
const BACKOFF = { minMs: 250, maxMs: 5_000 };
const REMEMBERED_LINES = 1_000;

export const watchCommand = defineCommand({
  name: 'watch',
  summary: 'Show deaths as they happen',
  description: [
    'One line for each death, and one more when late evidence changes the verdict. A process that was killed or crashed while its container lives on has a line, too, marked as wounded. Survives restarts of the agent: what happened in between is shown when it is back. Ends with Ctrl-C.',
  ],
  flags: {},
  examples: ['inquest watch', 'inquest watch --json | jq -r .headline'],
  run: async ({ io, socket, json, look }) => {
    // The first attempt must succeed: a wrong socket is told at once, not waited for.
    let opened: AgentClient | undefined = await openAgent(socket);
    const printer = new Printer(io, json, look);
    const outage = new Outage(io, opened.hello.host);
    const interrupted = io.interrupted();
    await followChanges({
      connect: async () => {
        const agent = opened ?? (await openAgent(socket));
        opened = undefined;
        outage.over();
        return agent;
      },
      onChange: async (change, agent) => {
        const death = await deathOf(change, agent);
        if (death !== undefined) printer.print(death);
      },
      wounds: true,
      signal: interrupted,
      onInterruption: () => {
        outage.begin();
      },
      backoff: BACKOFF,
    });
    return Exit.Interrupted;
  },
});

/** Nothing when retention was faster. */
async function deathOf({ id }: ChangedParams, agent: AgentClient): Promise<Death | undefined> {
  try {
    const { death } = await agent.request('deaths/get', { id });
    return death;
  } catch (error) {
    if (isAnswer(error, RpcError.NotFound)) return undefined;
    throw error;
  }
}

/** Prints a death once for each time that something about it is new. */
class Printer {
  readonly #io: Io;
  readonly #json: boolean;
  readonly #look: Look;
  readonly #printed = new Map<string, string>();

  constructor(io: Io, json: boolean, look: Look) {
    this.#io = io;
    this.#json = json;
    this.#look = look;
  }

  print(death: Death): void {
    const line = this.#json ? JSON.stringify(toReport(death)) : renderWatchLine(listedOf(death), this.#look);
    const news = death.wound === undefined ? line : newsOf(death);
    if (this.#printed.get(death.id) === news) return;
    this.#printed.delete(death.id);
    this.#printed.set(death.id, news);
    const oldest = this.#printed.keys().next();
    if (this.#printed.size > REMEMBERED_LINES && oldest.done !== true) this.#printed.delete(oldest.value);
    writeLines(this.#io.stdout, [line]);
  }
}

/** A wound that repeats is no news each time: its cause is, and how it ended. */
function newsOf({ verdict, wound }: Death): string {
  return JSON.stringify([verdict.cause, verdict.certainty, wound?.end]);
}

/** Says once that the agent is away and once that it is back, on standard error. */
class Outage {
  readonly #io: Io;
  readonly #host: string;
  #away = false;

  constructor(io: Io, host: string) {
    this.#io = io;
    this.#host = host;
    if (io.stderr.isTTY) this.#say(`Watching ${host}. Ctrl-C ends it.`);
  }

  begin(): void {
    if (!this.#away) this.#say('The agent went away. Waiting for it to come back.');
    this.#away = true;
  }

  over(): void {
    if (this.#away) this.#say(`The agent of ${this.#host} is back.`);
    this.#away = false;
  }

  #say(text: string): void {
    writeLines(this.#io.stderr, renderNotice(text, lookOf(this.#io, this.#io.stderr, false)));
  }
}
