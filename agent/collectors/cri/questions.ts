import type { DeadContainer } from '../../domain/collector.ts';
import type { EpochUs } from '../../domain/time.ts';
import { readContainerCgroup } from '../shared/main-cgroup.ts';
import type { CriClient, CriDescription } from './client.ts';
import { identityOf, identityOfSandbox } from './identity.ts';
import { SandboxState } from './api.ts';
import type { CriSandbox } from './schemas.ts';
import { stateOf } from './state.ts';
import { readTerminationMessage } from './termination-message.ts';

const SANDBOXES_MAX = 4_096;
const PATHS_MAX = 8_192;

/** What is asked about single containers, with what is known of their pods. */
export class Questions {
  readonly #client: CriClient;
  readonly #clock: () => EpochUs;
  readonly #sandboxes = new Map<string, CriSandbox>();
  /** A container may be removed before its log is asked for; the file outlives it for a while. */
  readonly #logPaths = new Map<string, string>();

  constructor(client: CriClient, clock: () => EpochUs) {
    this.#client = client;
    this.#clock = clock;
  }

  /** A container or a sandbox. `undefined` when neither is known. */
  async inspect(id: string): Promise<DeadContainer | undefined> {
    const description = await this.#client.describe(id, true);
    if (description !== undefined) return this.#explain(description);
    const sandbox = await this.#client.sandbox(id);
    return sandbox === undefined ? undefined : this.#explainSandbox(sandbox);
  }

  /** All containers in the states that `wanted` names, and the sandboxes. What goes away meanwhile is left out. */
  async all(wanted: (state: number) => boolean): Promise<readonly DeadContainer[]> {
    await this.learnSandboxes();
    const listed = (await this.#client.containers()).filter(({ state }) => wanted(state));
    const described = await Promise.all(listed.map(({ id }) => this.#client.describe(id)));
    const known = described.filter((one) => one !== undefined);
    return Promise.all(known.map((one) => this.#explain(one)));
  }

  async learnSandboxes(): Promise<readonly CriSandbox[]> {
    const sandboxes = await this.#client.sandboxes();
    for (const sandbox of sandboxes) this.#keep(sandbox);
    return sandboxes;
  }

  sandboxIdentity(sandbox: CriSandbox): DeadContainer['identity'] {
    return identityOfSandbox(sandbox, this.#client.runtime);
  }

  async logPath(id: string): Promise<string | undefined> {
    const known = this.#logPaths.get(id);
    if (known !== undefined) return known;
    const description = await this.#client.describe(id, true);
    const path = description?.status.status.logPath ?? '';
    return path === '' ? undefined : path;
  }

  async #explain({ status, info }: CriDescription): Promise<DeadContainer> {
    const { id, logPath } = status.status;
    if (logPath !== '') remember(this.#logPaths, id, logPath, PATHS_MAX);
    const sandbox = info?.sandboxID === undefined ? undefined : await this.#sandbox(info.sandboxID);
    const pid = info?.pid ?? 0;
    const state = stateOf(status, this.#clock());
    const cgroupPath = state.data.running && pid > 0 ? await readContainerCgroup(pid, id) : undefined;
    return {
      identity: identityOf(status, info, sandbox, this.#client.runtime, cgroupPath),
      state: state.data.running ? state : stateOf(status, this.#clock(), await readTerminationMessage(status)),
    };
  }

  #explainSandbox(sandbox: CriSandbox): DeadContainer {
    this.#keep(sandbox);
    return {
      identity: this.sandboxIdentity(sandbox),
      state: {
        at: this.#clock(),
        source: 'cri',
        containerId: sandbox.id,
        data: { kind: 'runtime_state', running: sandbox.state === SandboxState.ready },
      },
    };
  }

  async #sandbox(id: string): Promise<CriSandbox | undefined> {
    const known = this.#sandboxes.get(id);
    if (known !== undefined) return known;
    const sandbox = await this.#client.sandbox(id);
    if (sandbox !== undefined) this.#keep(sandbox);
    return sandbox;
  }

  #keep(sandbox: CriSandbox): void {
    remember(this.#sandboxes, sandbox.id, sandbox, SANDBOXES_MAX);
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limit) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
