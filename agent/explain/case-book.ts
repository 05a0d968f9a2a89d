import type { ContainerIdentity, OuterContainer } from '../domain/container.ts';
import type { DeathEvidence, DeathOrigin, Revision, Verdict } from '../domain/death.ts';
import type { Evidence, EvidenceOf } from '../domain/evidence.ts';
import { isKind } from '../domain/evidence.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import { podLabels, podOf } from '../domain/workload.ts';
import type { VitalsSample } from '../domain/vitals.ts';
import { CaseFile } from './case-file.ts';
import { conclude } from './conclude.ts';
import type { Facts } from './facts.ts';
import { Identities } from './identities.ts';
import { PodDesk, isNoStart, isPodRecord } from './pods.ts';
import type { JoinedToPod } from './pods.ts';
import { present } from './present.ts';
import { RequestDesk, isRequest } from './requests.ts';
import type { Case } from './case.ts';
import { CLOCK_SLACK_US, RUNTIME_WAIT_US, isCgroupOf, isFailedStart, isOfStart, mayConcern } from './runs.ts';
import { placeOf } from './senders.ts';
import { WoundWatch } from './wound-watch.ts';

/** A verdict on one run of one container, new or revised. */
export interface CaseVerdict {
  readonly file: CaseFile;
  readonly container: ContainerIdentity;
  readonly at: EpochUs;
  readonly facts: Facts;
  readonly verdict: Verdict;
  readonly evidence: readonly DeathEvidence[];
  readonly vitals: readonly VitalsSample[];
  readonly revisions: readonly Revision[];
  readonly origin: DeathOrigin;
  readonly settled: boolean;
  readonly isFirst: boolean;
}

export interface CaseBookOptions {
  /** Whether kernel records are to be expected. */
  readonly kernelWatched: boolean;
  readonly startedAt: EpochUs;
}

/** How long the kernel's word is waited for after a runtime has announced an end. */
const KERNEL_WAIT_US = 2 * US_PER_SECOND;
/** How long late evidence is still joined to a settled death. */
const LATE_US = 60 * US_PER_SECOND;
/** What comes to cases that are settled whether or not it is about their end. */
const PASSING: ReadonlySet<string> = new Set(['runtime_connection', 'orchestrator_state', 'orchestrator_event']);
const MAX_PENDING = 32;
const MAX_PENDING_CONTAINERS = 8_192;

/**
 * Sorts evidence into cases, one for each run of a container, and says when a case has a verdict.
 * Pure: the caller brings the evidence and the time.
 */
export class CaseBook {
  readonly #options: CaseBookOptions;
  readonly #identities = new Identities((id) => this.#cases.has(id));
  readonly #cases = new Map<string, CaseFile[]>();
  /** Evidence of a container that has no case yet: a runtime announces `create` before there is a cgroup. */
  readonly #pending = new Map<string, Evidence[]>();
  readonly #requests: RequestDesk;
  readonly #pods: PodDesk;
  readonly #wounds = new WeakMap<CaseFile, WoundWatch>();
  #kernelWatched: boolean;

  constructor(options: CaseBookOptions) {
    this.#options = options;
    this.#kernelWatched = options.kernelWatched;
    this.#requests = new RequestDesk(this.#identities, (id) => this.#cases.get(id) ?? []);
    this.#pods = new PodDesk(this.#identities, (id) => this.#cases.get(id) ?? []);
  }

  set kernelWatched(watched: boolean) {
    this.#kernelWatched = watched;
  }

  identify(identity: ContainerIdentity): ContainerIdentity {
    const merged = this.#identities.merge(identity);
    this.#joinWaiting(merged);
    return merged;
  }

  identity(containerId: string): ContainerIdentity {
    const known = this.#identities.get(containerId);
    if (known === undefined) return { id: containerId, source: 'kernel', runtime: 'unknown', labels: {} };
    return known.outer === undefined ? known : { ...known, outer: this.#named(known.outer) };
  }

  /** Their runtime told the names of the containers around it, if anything did. */
  #named({ outer, ...around }: OuterContainer): OuterContainer {
    const name = this.#identities.get(around.id)?.name;
    return {
      ...around,
      ...(name !== undefined && { name }),
      ...(outer !== undefined && { outer: this.#named(outer) }),
    };
  }

  /** A container that ran before the kernel programs were there. */
  openSeeded(containerId: string, run: string, at: EpochUs): CaseFile {
    return this.#open({ containerId, run, at, seenFromStart: false, origin: 'witnessed' });
  }

  /** A death that only a runtime remembers. */
  openReconciled(containerId: string, at: EpochUs): CaseFile {
    const file = this.#open({
      containerId,
      run: `reconciled:${String(at)}`,
      at,
      seenFromStart: false,
      origin: 'reconciled',
    });
    file.diedAt = at;
    return file;
  }

  add(evidence: Evidence): void {
    if (isRequest(evidence) && evidence.containerId === undefined) {
      const joined = this.#requests.take(evidence);
      joined?.file.add(joined.evidence);
      return;
    }
    if (evidence.containerId === undefined && isPodRecord(evidence)) {
      for (const joined of this.#pods.take(evidence)) this.#addOfPod(joined);
      return;
    }
    if (evidence.containerId === undefined && isKind(evidence, 'orchestrator_connection')) {
      for (const file of this.live())
        if (podOf(this.identity(file.opening.containerId)) !== undefined) file.add(evidence);
      return;
    }
    if (evidence.containerId === undefined) {
      for (const file of this.#all()) if (!file.settled || isKind(evidence, 'runtime_connection')) file.add(evidence);
      return;
    }
    const file = this.#fileFor(evidence.containerId, evidence);
    if (file === undefined) this.#keepPending(evidence.containerId, evidence);
    else this.#put(file, evidence);
  }

  /** Runs that have not ended, one a container. */
  live(): CaseFile[] {
    return [...this.#all()].filter((file) => file.diedAt === undefined);
  }

  /** Cases in which something may have to be told of a process that was hit. */
  wounded(): CaseFile[] {
    return [...this.#all()].filter((file) => this.#wounds.get(file)?.isBusy === true);
  }

  woundsOf(file: CaseFile): WoundWatch {
    const known = this.#wounds.get(file) ?? new WoundWatch();
    this.#wounds.set(file, known);
    return known;
  }

  /** The case as the rules see it. */
  viewOf(file: CaseFile): Case {
    return file.view(this.identity(file.opening.containerId), this.#kernelWatched);
  }

  latest(containerId: string): CaseFile | undefined {
    return this.#cases.get(containerId)?.at(-1);
  }

  /** Verdicts that are due: first ones at once, revised ones when news came. Forgets what is over. */
  take(now: EpochUs): CaseVerdict[] {
    const due: CaseVerdict[] = [];
    for (const file of [...this.#all()]) {
      if (file.revisions.length === 0 && isOver(file, now) && file.isEmpty) {
        this.#forget(file);
        continue;
      }
      const verdict = this.#judge(file, now);
      if (verdict !== undefined) due.push(verdict);
      if (file.forgetAfter !== undefined && now > file.forgetAfter) this.#forget(file);
    }
    return due;
  }

  /** The late evidence is in, or will not come: gives the revised verdict. */
  settle(file: CaseFile, now: EpochUs): CaseVerdict {
    file.settled = true;
    file.forgetAfter = now + LATE_US;
    const because = file.takeNews();
    return this.#verdictOf(file, now, because.length === 0 ? ['settled'] : because);
  }

  #judge(file: CaseFile, now: EpochUs): CaseVerdict | undefined {
    const first = file.revisions.length === 0;
    if (first) {
      if (!isOver(file, now)) return undefined;
      return this.#verdictOf(file, now, file.takeNews());
    }
    if (!file.settled || !file.hasNews) return undefined;
    const revisions = file.revisions.length;
    const because = file.takeNews();
    const verdict = this.#verdictOf(file, now, because);
    // It came to every case, or tells of the pod's further life: where it changes nothing it is none of this one's business.
    const ofNoMeaning = because.every((kind) => PASSING.has(kind)) && file.revisions.length === revisions;
    return ofNoMeaning ? undefined : verdict;
  }

  #verdictOf(file: CaseFile, now: EpochUs, because: readonly string[]): CaseVerdict {
    const container = this.identity(file.opening.containerId);
    const isFirst = file.revisions.length === 0;
    const view = this.viewOf(file);
    const { facts, verdict } = conclude(view);
    file.diedAt ??= facts.diedAt;
    file.revise(verdict, now, because);
    return {
      file,
      container,
      at: facts.diedAt,
      facts,
      verdict,
      evidence: present(view.evidence, facts),
      vitals: file.vitals,
      revisions: [...file.revisions],
      origin: file.origin,
      settled: file.settled,
      isFirst,
    };
  }

  #fileFor(containerId: string, evidence: Evidence): CaseFile | undefined {
    const files = this.#cases.get(containerId) ?? [];
    if (evidence.run !== undefined) {
      return (
        files.find(({ run }) => run === evidence.run) ??
        files.findLast((file) => isCgroupOf(file, evidence))?.take(evidence.run) ??
        this.#openRun(containerId, evidence.run, evidence)
      );
    }
    const latest = files.at(-1);
    if (isKind(evidence, 'runtime_event') && (evidence.data.action === 'create' || evidence.data.action === 'start')) {
      const belongs =
        latest !== undefined && (latest.diedAt === undefined || evidence.at <= latest.diedAt + CLOCK_SLACK_US);
      return belongs ? latest : this.#openByRuntime(containerId, evidence);
    }
    if (isFailedStart(evidence)) {
      return latest !== undefined && isOfStart(latest, evidence) ? latest : this.#openByRuntime(containerId, evidence);
    }
    // What is older than every run that is known belongs to one that is forgotten.
    return (
      files.findLast(({ opening }) => opening.at <= evidence.at + CLOCK_SLACK_US) ??
      this.#openByRuntime(containerId, evidence)
    );
  }

  /** The kernel speaks of a cgroup we have no case for: made just now, or already there when we came. */
  #openRun(containerId: string, run: string, evidence: Evidence): CaseFile {
    return this.#open({
      containerId,
      run,
      at: evidence.at,
      seenFromStart: isKind(evidence, 'container_created'),
      origin: evidence.at < this.#options.startedAt ? 'recovered' : 'witnessed',
    });
  }

  /** Without kernel records a runtime's word opens the case; with them it waits for the cgroup, unless the start failed. */
  #openByRuntime(containerId: string, evidence: Evidence): CaseFile | undefined {
    const failed = isFailedStart(evidence);
    if (!failed && (this.#kernelWatched || !isKind(evidence, 'runtime_event') || evidence.data.action !== 'start'))
      return undefined;
    return this.#open({
      containerId,
      run: `runtime:${String(evidence.at)}`,
      at: evidence.at,
      seenFromStart: failed,
      origin: 'witnessed',
    });
  }

  #open(opening: CaseFile['opening']): CaseFile {
    const file = new CaseFile(opening);
    const files = this.#cases.get(opening.containerId) ?? [];
    files.push(file);
    this.#cases.set(opening.containerId, files);
    for (const evidence of this.#pending.get(opening.containerId) ?? []) {
      if (mayConcern(opening, evidence)) this.#put(file, evidence);
    }
    this.#pending.delete(opening.containerId);
    this.#joinWaiting(this.identity(opening.containerId));
    return file;
  }

  #joinWaiting(container: ContainerIdentity): void {
    for (const { file, evidence } of this.#requests.retry(container)) file.add(evidence);
    for (const joined of this.#pods.retry(container)) this.#addOfPod(joined);
  }

  /** Of a container that no runtime knew, kubelet's word is its name, too. */
  #addOfPod({ file, evidence }: JoinedToPod): void {
    file.add(evidence);
    const { pod } = evidence.data;
    const known = this.identity(file.opening.containerId);
    if (!isNoStart(evidence) || podOf(known)?.name !== undefined) return;
    const name = pod.container === undefined ? pod.name : `${pod.name}/${pod.container}`;
    this.#identities.merge({ ...known, name, labels: podLabels(pod) });
  }

  #put(file: CaseFile, evidence: Evidence): void {
    if (file.add(evidence)) this.woundsOf(file).note(evidence);
    if (isKind(evidence, 'signal_sent')) this.#noteClients(file, evidence);
    if (file.mainExitSeen || file.diedAt !== undefined) return;
    const died = isKind(evidence, 'runtime_event') && evidence.data.action === 'die';
    const stopped =
      isKind(evidence, 'runtime_state') &&
      !evidence.data.running &&
      (file.concludeAfter !== undefined || isFailedStart(evidence));
    if (died)
      file.concludeAfter =
        this.#kernelWatched && file.mainSeen ? evidence.at + KERNEL_WAIT_US : evidence.at + KERNEL_WAIT_US / 2;
    else if (stopped && !file.mainSeen) file.concludeAfter = evidence.at;
    else if (isKind(evidence, 'container_removed'))
      file.concludeAfter ??= evidence.at + (file.mainSeen ? KERNEL_WAIT_US : RUNTIME_WAIT_US);
  }

  /** A runtime whose protocol nobody can read has done something: who spoke to it just before? */
  #noteClients(file: CaseFile, sent: EvidenceOf<'signal_sent'>): void {
    const { containerId } = file.opening;
    const container = this.identity(containerId);
    if (!sent.data.targetIsMain || placeOf(sent, container) !== 'runtime') return;
    for (const request of this.#requests.near(container, sent.at)) file.add(request);
  }

  #keepPending(containerId: string, evidence: Evidence): void {
    const pending = this.#pending.get(containerId) ?? [];
    pending.push(evidence);
    this.#pending.set(containerId, pending.slice(-MAX_PENDING));
    if (this.#pending.size > MAX_PENDING_CONTAINERS) {
      const oldest = this.#pending.keys().next();
      if (oldest.done !== true) this.#pending.delete(oldest.value);
    }
  }

  *#all(): Generator<CaseFile> {
    for (const files of this.#cases.values()) yield* files;
  }

  #forget(file: CaseFile): void {
    const rest = (this.#cases.get(file.opening.containerId) ?? []).filter((other) => other !== file);
    if (rest.length > 0) this.#cases.set(file.opening.containerId, rest);
    else this.#cases.delete(file.opening.containerId);
  }
}

function isOver(file: CaseFile, now: EpochUs): boolean {
  if (file.mainExitSeen) return true;
  if (file.origin === 'reconciled') return true;
  return file.concludeAfter !== undefined && now >= file.concludeAfter;
}
