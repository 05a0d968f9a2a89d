import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backtracer } from '../../agent/backtrace/backtracer.ts';
import { createDockerCollector } from '../../agent/collectors/docker/docker-collector.ts';
import { KernelCollector, cgroupRootFor } from '../../agent/collectors/kernel/kernel-collector.ts';
import { createKmsgCollector } from '../../agent/collectors/kmsg/kmsg-collector.ts';
import { createVitalsCollector } from '../../agent/collectors/vitals/vitals-collector.ts';
import { Investigation, wallClockUs } from '../../agent/daemon/investigation.ts';
import { containerOfLiving } from '../../agent/daemon/living-container.ts';
import { Log } from '../../agent/daemon/log.ts';
import { readMachine } from '../../agent/daemon/machine.ts';
import { pinDirFor, pinOwner } from '../../agent/daemon/pins.ts';
import type { Collector, CollectorSink, RuntimeCollector, VitalsSource } from '../../agent/domain/collector.ts';
import type { Death } from '../../agent/domain/death.ts';
import { DEFAULT_SETTINGS } from '../../agent/domain/settings.ts';
import type { RuntimeRequest } from '../../agent/domain/evidence.ts';
import { builtFile, loadBinding } from '../../agent/native/binding.ts';
import type { Dockerd } from '../support/dockerd.ts';
import { waitFor } from '../support/process-tree.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Arrival, Recording } from './recording.ts';
import { scrub } from './scrub.ts';
import type { Replacements } from './scrub.ts';

const WAIT_MS = 30_000;
const REPOSITORY = join(import.meta.dirname, '..', '..');

type Payload = Arrival extends infer One ? (One extends Arrival ? Omit<One, 'arrived'> : never) : never;

interface Settled {
  readonly id: string;
  readonly containerId: string;
  readonly wound: boolean;
  readonly arrived: number;
}

/** The collectors of an agent, with everything written down that they bring. */
export class Recorder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'inq-record-'));
  readonly #arrivals: { readonly containerId: string | undefined; readonly arrival: Arrival }[] = [];
  readonly #names = new Map<string, string>();
  readonly #settled: Settled[] = [];
  readonly #replacements: Replacements;
  readonly #backtracer: Backtracer;
  readonly #kernel: KernelCollector;
  readonly #collectors: readonly Collector[];
  readonly #investigation: Investigation;

  constructor(dockerd: Dockerd) {
    const binding = loadBinding();
    const { cgroupMode } = binding.probe();
    this.#replacements = new Map([
      [dockerd.root, '/run/docker'],
      [this.#folder, '/run/recorder'],
      [REPOSITORY, '/usr/src/inquest'],
      [process.execPath, '/usr/bin/node'],
      [hostname(), 'node-7'],
    ]);
    this.#backtracer = new Backtracer((folder, path) => binding.openBeneath(folder, path));
    this.#kernel = new KernelCollector({
      binding,
      objectPath: builtFile('inquest.bpf.o') ?? 'inquest.bpf.o',
      pinDir: pinDirFor(this.#folder),
      owner: pinOwner(this.#folder),
      cgroupRoot: cgroupRootFor(cgroupMode),
      runtimes: { ...DEFAULT_SETTINGS, docker: dockerd.socketPath },
      onFault: (fault) => {
        this.#investigation.fault(fault);
      },
      now: wallClockUs,
    });
    const vitals = this.#notingVitals(createVitalsCollector({}));
    const docker = this.#notingLogs(createDockerCollector({ socketPath: dockerd.socketPath }));
    const kmsg = createKmsgCollector({
      bootOffsetUs: this.#kernel.clock.toEpochUs(0n),
      containerOf: (pid) => this.#investigation.containerOfFault(pid),
      containerOfLiving,
    });
    this.#collectors = [vitals, this.#kernel, kmsg, docker];
    this.#investigation = new Investigation({
      machine: readMachine(),
      log: new Log('error', (line) => process.stderr.write(line), false),
      now: wallClockUs,
      record: (deaths) => {
        this.#noteSettled(deaths);
      },
      recordGap: ({ containerId }) => {
        process.stderr.write(`records were lost while recording ${containerId ?? 'all containers'}\n`);
      },
      vitals,
      runtimes: { ready: Promise.resolve(), of: () => [docker] },
      backtrace: async (captured) => {
        const data = await this.#backtracer.resolve(captured);
        const { at, containerId, run } = captured;
        this.#note(containerId, { evidence: { at, source: 'kernel', containerId, run, data } });
        return data;
      },
      kernelWatched: true,
    });
  }

  async start(): Promise<void> {
    this.#investigation.start();
    for (const collector of this.#collectors) await collector.start(this.#sink());
  }

  /** What came in about the container, once so many of its deaths, or of its wounds, are settled. */
  async recording(container: string, { deaths = 1, wounds }: Scenario): Promise<Recording> {
    const wanted = wounds ?? deaths;
    const isEnd = ({ wound }: Settled): boolean => wound === (wounds !== undefined);
    const ends = (): readonly Settled[] =>
      this.#settled.filter((one) => one.containerId === this.#idOf(container) && isEnd(one));
    const isTold = (): boolean => ends().length >= wanted;
    if (!(await waitFor(isTold, WAIT_MS))) throw new Error(`${container} was not recorded to its end`);
    const id = this.#idOf(container);
    const first = this.#arrivals.findIndex(({ containerId }) => containerId === id);
    // Its removal, and what runs after a restart, are no part of it. A lost connection may be noticed late.
    const end = ends()[wanted - 1]?.arrived ?? 0;
    const own = this.#arrivals
      .slice(first)
      .filter(({ containerId, arrival }) => containerId === undefined || (containerId === id && arrival.arrived <= end))
      .filter(({ arrival }) => arrival.arrived <= end || requestIn(arrival) === undefined)
      .filter(({ arrival }) => !isRequestForAnother(arrival, [container, id ?? container]))
      .map(({ arrival }) => arrival);
    return scrub([...this.#clientsIn(own), ...own], this.#replacements, process.pid);
  }

  /** Who the containers are that asked for something: their names are part of what is said. */
  #clientsIn(arrivals: readonly Arrival[]): readonly Arrival[] {
    const requests = arrivals.flatMap((arrival) => requestIn(arrival) ?? []);
    const clients = new Set(requests.map(({ client }) => client.containerId));
    const [first] = arrivals;
    if (first === undefined) return [];
    return this.#arrivals
      .filter(({ containerId, arrival }) => 'identity' in arrival && clients.has(containerId))
      .map(({ arrival }) => ({ ...arrival, arrived: first.arrived }));
  }

  async stop(): Promise<void> {
    await this.#kernel.stop(true);
    await this.#backtracer.close();
    await this.#investigation.close();
    for (const collector of this.#collectors) if (collector !== this.#kernel) await collector.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #idOf(container: string): string | undefined {
    return this.#names.get(container);
  }

  #note(containerId: string | undefined, payload: Payload): void {
    this.#arrivals.push({ containerId, arrival: { arrived: wallClockUs(), ...payload } });
  }

  #sink(): CollectorSink {
    return {
      evidence: (batch) => {
        for (const evidence of batch) this.#note(evidence.containerId, { evidence });
        this.#investigation.evidence(batch);
      },
      container: (identity) => {
        if (identity.name !== undefined) this.#names.set(identity.name, identity.id);
        this.#note(identity.id, { identity });
        this.#investigation.container(identity);
      },
      status: (status) => {
        this.#investigation.status(status);
      },
    };
  }

  #noteSettled(deaths: readonly Death[]): void {
    for (const { settled, id, container, wound } of deaths) {
      if (!settled || this.#settled.some((known) => known.id === id)) continue;
      this.#note(container.id, { settled: true });
      const arrived = this.#arrivals.at(-1)?.arrival.arrived ?? 0;
      this.#settled.push({ id, containerId: container.id, wound: wound !== undefined, arrived });
    }
  }

  #notingVitals(source: VitalsSource): VitalsSource {
    return {
      name: source.name,
      start: (sink) => source.start(sink),
      stop: () => source.stop(),
      watch: (containerId, path) => {
        source.watch(containerId, path);
      },
      recent: (containerId) => source.recent(containerId),
      release: (containerId) => {
        const vitals = source.release(containerId);
        if (vitals.length > 0) this.#note(containerId, { vitals });
        return vitals;
      },
    };
  }

  #notingLogs(runtime: RuntimeCollector): RuntimeCollector {
    return {
      name: runtime.name,
      runtimes: runtime.runtimes,
      announcesEnds: runtime.announcesEnds,
      start: (sink) => runtime.start(sink),
      stop: () => runtime.stop(),
      inspect: (containerId) => runtime.inspect(containerId),
      running: () => runtime.running(),
      dead: () => runtime.dead(),
      logTail: async (containerId) => {
        const asked = await runtime.logTail(containerId);
        if (asked !== undefined) this.#note(containerId, { asked });
        return asked;
      },
    };
  }
}

function requestIn(arrival: Arrival): RuntimeRequest | undefined {
  return 'evidence' in arrival && arrival.evidence.data.kind === 'runtime_request' ? arrival.evidence.data : undefined;
}

function isRequestForAnother(arrival: Arrival, [name, id]: readonly [string, string]): boolean {
  const reference = requestIn(arrival)?.container;
  return reference !== undefined && reference !== name && !id.startsWith(reference);
}
