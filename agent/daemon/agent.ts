import { mkdirSync } from 'node:fs';
import { Backtracer } from '../backtrace/backtracer.ts';
import { KernelCollector, cgroupRootFor } from '../collectors/kernel/kernel-collector.ts';
import type { KmsgCollector } from '../collectors/kmsg/kmsg-collector.ts';
import { createKmsgCollector } from '../collectors/kmsg/kmsg-collector.ts';
import { createVitalsCollector } from '../collectors/vitals/vitals-collector.ts';
import type { Collector, CollectorSink, RuntimeCollector, VitalsSource } from '../domain/collector.ts';
import type { Death } from '../domain/death.ts';
import { InquestError, messageOf } from '../domain/errors.ts';
import { isKind } from '../domain/evidence.ts';
import type { Settings } from '../domain/settings.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { NativeBinding } from '../native/binding.ts';
import { builtFile } from '../native/binding.ts';
import { startServer } from '../server/server.ts';
import type { RunningServer } from '../server/server.ts';
import { openStore } from '../store/open.ts';
import type { DeathStore } from '../store/types.ts';
import { LocalAgentApi } from './agent-api.ts';
import { gatherHealth } from './health.ts';
import { findOrchestrator } from './orchestrator.ts';
import { Investigation, wallClockUs } from './investigation.ts';
import { Ledger } from './ledger.ts';
import { containerOfLiving } from './living-container.ts';
import { Log } from './log.ts';
import type { Machine } from './machine.ts';
import { readMachine } from './machine.ts';
import { needBinding } from './need-binding.ts';
import { pinDirFor, pinOwner, removeStalePins } from './pins.ts';
import { reconcile } from './reconcile.ts';
import { Runtimes } from './runtimes.ts';
import { ServiceManager } from './service-manager.ts';

const SECONDS_PER_DAY = 86_400;
/** Records that waited in the kernel's rings are read well within this time; what they tell must not be told twice. */
const RECONCILE_AFTER_MS = 1_500;
/** After deaths from before this agent were taken over: those tell of the wounds' end, too. */
const CLOSE_WOUNDS_AFTER_MS = 6_000;
/** The agent waits most of its life: a third of what it holds after a burst of work is never needed again. */
const TRIM_EVERY_MS = 30_000;

/** Runs the agent until SIGTERM or SIGINT. @throws InquestError when it cannot start */
export async function runAgent(settings: Settings, version: string): Promise<void> {
  const log = new Log(
    settings.logLevel,
    (line) => {
      process.stderr.write(line);
    },
    process.env['JOURNAL_STREAM'] !== undefined,
  );
  const agent = await Agent.start(settings, version, log);
  const signal = await stopSignal();
  log.info(`${signal}: stopping`);
  await agent.stop(settings.detachOnStop || signal === 'SIGINT');
}

/**
 * SIGINT comes from a person at a terminal, who expects nothing to stay behind; SIGTERM from whoever
 * restarts or upgrades the agent, and then the kernel should go on collecting.
 */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

interface AgentParts {
  readonly settings: Settings;
  readonly version: string;
  readonly log: Log;
  readonly binding: NativeBinding;
  readonly machine: Machine;
  readonly store: DeathStore;
}

/** All parts of a running agent, in the order in which they depend on one another. */
class Agent {
  readonly #parts: AgentParts;
  readonly #kernel: KernelCollector;
  readonly #investigation: Investigation;
  readonly #runtimes: Runtimes;
  readonly #vitals: VitalsSource;
  readonly #kmsg: KmsgCollector;
  #orchestrator: Collector | undefined;
  readonly #ledger: Ledger;
  readonly #backtracer: Backtracer;
  readonly #serviceManager: ServiceManager;
  #server: RunningServer | undefined;
  #trimming: NodeJS.Timeout | undefined;
  #closing: NodeJS.Timeout | undefined;
  readonly #reconciling = new Map<RuntimeCollector, NodeJS.Timeout>();

  static async start(settings: Settings, version: string, log: Log): Promise<Agent> {
    const binding = needBinding();
    prepareFolder(settings.data);
    const machine = readMachine(settings.node);
    const store = openStore({
      directory: settings.data,
      host: machine.host,
      retentionDays: settings.retentionDays,
      retentionBytes: settings.retentionBytes,
    });
    const agent = new Agent({ settings, version, log, binding, machine, store });
    try {
      await agent.#start();
    } catch (error) {
      await agent.stop(false);
      throw error;
    }
    return agent;
  }

  private constructor(parts: AgentParts) {
    const { settings, binding, store, log, machine } = parts;
    this.#parts = parts;
    this.#serviceManager = new ServiceManager(
      process.env,
      process.pid,
      (socket, text) => {
        binding.notify(socket, text);
      },
      log,
    );
    this.#backtracer = new Backtracer((folder, path) => binding.openBeneath(folder, path));
    const { cgroupMode } = binding.probe();
    this.#kernel = new KernelCollector({
      binding,
      objectPath: builtFile('inquest.bpf.o') ?? 'inquest.bpf.o',
      pinDir: pinDirFor(settings.data),
      owner: pinOwner(settings.data),
      cgroupRoot: cgroupRootFor(cgroupMode),
      runtimes: settings,
      onFault: (fault) => {
        this.#investigation.fault(fault);
      },
      now: wallClockUs,
    });
    this.#vitals = createVitalsCollector({});
    this.#runtimes = new Runtimes({
      settings,
      log,
      sinkFor: (runtime) => this.#sinkFor(runtime),
      cgroupOf: (id) => this.#investigation.book.identity(id).cgroupPath,
    });
    this.#kmsg = createKmsgCollector({
      bootOffsetUs: this.#kernel.clock.toEpochUs(0n),
      containerOf: (pid) => this.#investigation.containerOfFault(pid),
      containerOfLiving,
    });
    this.#ledger = new Ledger(store, log);
    this.#investigation = new Investigation({
      machine,
      log,
      now: wallClockUs,
      record: (deaths) => {
        this.#ledger.record(deaths);
      },
      recordGap: (gap) => {
        if (isKind(gap, 'evidence_gap')) store.submitGap(gap);
      },
      openWounds: (containerId) => this.#openWounds(containerId),
      vitals: this.#vitals,
      runtimes: this.#runtimes,
      backtrace: (fault) => this.#backtracer.resolve(fault),
      kernelWatched: true,
    });
  }

  async #start(): Promise<void> {
    const { settings, version, machine, binding, store, log } = this.#parts;
    const investigation = this.#investigation;
    const startedAt = wallClockUs();
    const api = new LocalAgentApi({
      info: { agentVersion: version, host: machine.host, bootId: machine.bootId },
      reader: store.reader,
      ledger: this.#ledger,
      investigation,
      vitals: this.#vitals,
      health: () =>
        gatherHealth({ version, machine, startedAt, kernel: () => this.#kernel.health(), store, investigation }),
    });
    this.#server = await startServer(
      {
        socket: settings.socket,
        socketGroup: settings.socketGroup,
        sensitiveGroup: settings.sensitiveGroup,
        peerCredentials: (fd) => binding.peerCredentials(fd),
        report: (message, error) => {
          log.warn(error === undefined ? message : `${message} (${messageOf(error)})`);
        },
      },
      api,
    );
    this.#tellOpened();
    investigation.start();
    await this.#vitals.start(investigation);
    await this.#watchKernel();
    // Runtimes start after the service at boot: from here on nothing that they do is missed.
    this.#serviceManager.ready();
    await this.#kmsg.start(investigation);
    await this.#runtimes.start();
    await this.#joinOrchestrator();
    this.#trimming = setInterval(() => {
      binding.trim();
    }, TRIM_EVERY_MS).unref();
    log.info(`Inquest ${version} is watching; clients connect to ${settings.socket}`);
  }

  async #joinOrchestrator(): Promise<void> {
    const { settings, machine } = this.#parts;
    this.#orchestrator = await findOrchestrator({ settings, host: machine.host, env: process.env });
    await this.#orchestrator?.start(this.#investigation);
  }

  async #watchKernel(): Promise<void> {
    const { settings, binding, log } = this.#parts;
    const investigation = this.#investigation;
    for (const folder of removeStalePins(binding, pinDirFor(settings.data))) {
      log.info(`detached programs that an agent without a data folder had left in ${folder}`);
    }
    await this.#kernel.start(investigation);
    const watched = investigation.statuses.get('kernel')?.state === 'running';
    investigation.book.kernelWatched = watched;
    if (watched) {
      this.#closing = setTimeout(() => {
        investigation.closeAbsentWounds();
      }, CLOSE_WOUNDS_AFTER_MS).unref();
    }
    for (const { containerId, run } of this.#kernel.runningAtStart) {
      investigation.book.openSeeded(containerId, run, wallClockUs());
    }
  }

  /** Passes everything on to the investigation; a runtime that has come up is also asked for deaths that nobody saw. */
  #sinkFor(runtime: RuntimeCollector): CollectorSink {
    const investigation = this.#investigation;
    let isUp = false;
    return {
      evidence: (batch) => {
        investigation.evidence(batch);
      },
      container: (identity) => {
        investigation.container(identity);
      },
      status: (status) => {
        investigation.status(status);
        const wasUp = isUp;
        isUp = status.state === 'running';
        if (wasUp || !isUp) return;
        this.#kernel.watchRuntimes();
        this.#reconcileSoon(runtime);
      },
    };
  }

  #reconcileSoon(runtime: RuntimeCollector): void {
    clearTimeout(this.#reconciling.get(runtime));
    const timer = setTimeout(() => {
      this.#reconciling.delete(runtime);
      this.#reconcile(runtime).catch((error: unknown) => {
        this.#parts.log.warn(`deaths from before could not be read from ${runtime.name}: ${messageOf(error)}`);
      });
    }, RECONCILE_AFTER_MS).unref();
    this.#reconciling.set(runtime, timer);
  }

  async #reconcile(runtime: RuntimeCollector): Promise<void> {
    const recorded = await reconcile({
      runtime,
      reader: this.#parts.store.reader,
      investigation: this.#investigation,
      log: this.#parts.log,
      notBefore: wallClockUs() - this.#parts.settings.retentionDays * SECONDS_PER_DAY * US_PER_SECOND,
      kernelLog: (since) => this.#kmsg.readSince(since),
    });
    if (recorded > 0)
      this.#parts.log.info(`${String(recorded)} deaths from before this agent were taken over from ${runtime.name}`);
  }

  /** A store that cannot be read costs the tie between a wound and its death, not the death. */
  #openWounds(containerId: string | undefined): readonly Death[] {
    try {
      return this.#parts.store.openWounds(containerId);
    } catch (error) {
      this.#parts.log.warn(`earlier wounds could not be read: ${messageOf(error)}`);
      return [];
    }
  }

  #tellOpened(): void {
    const { recoveredFrom, migratedFrom, movedFrom } = this.#parts.store.opened;
    if (recoveredFrom !== undefined) {
      this.#parts.log.error(`the store was damaged and has been moved to ${recoveredFrom}; a new one was started`);
    }
    if (migratedFrom !== undefined)
      this.#parts.log.info(`the store was brought from schema ${String(migratedFrom)} to the current one`);
    if (movedFrom !== undefined) this.#parts.log.warn(`the store was made on the host ${movedFrom}`);
  }

  /** Stops what was started, in reverse. Evidence that is on its way is still recorded. */
  async stop(detach: boolean): Promise<void> {
    this.#serviceManager.stopping();
    for (const timer of this.#reconciling.values()) clearTimeout(timer);
    clearTimeout(this.#closing);
    clearInterval(this.#trimming);
    await this.#server?.close();
    await this.#kernel.stop(detach);
    await this.#backtracer.close();
    await this.#investigation.close();
    await this.#orchestrator?.stop();
    for (const part of [this.#runtimes, this.#kmsg, this.#vitals]) await part.stop();
    const { unwritten } = await this.#parts.store.close();
    this.#serviceManager.close();
    if (unwritten > 0)
      this.#parts.log.error(`${String(unwritten)} deaths could not be written to ${this.#parts.settings.data}`);
  }
}

function prepareFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new InquestError('no-permission', `The data folder ${path} cannot be made: ${messageOf(error)}`, {
      next: 'Run the agent as root, or name a folder it may write with --data.',
      cause: error,
    });
  }
}
