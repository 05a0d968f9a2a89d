import type { ContainerIdentity } from '../domain/container.ts';
import type { Evidence, EvidenceOf, RuntimeRequest } from '../domain/evidence.ts';
import { sameProcess } from '../domain/process.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import type { CaseFile } from './case-file.ts';
import type { Identities } from './identities.ts';
import { CLOCK_SLACK_US } from './runs.ts';

export type Request = EvidenceOf<'runtime_request'>;

/** How long the name of a container may take to become known: a runtime's collector asks for it. */
const KEEP_US = 30 * US_PER_SECOND;
const MAX_KEPT = 512;
/** A client that keeps talking is recorded every four seconds. */
export const NEAR_US = 6 * US_PER_SECOND;
const MAX_NEAR = 8;
const ID = /^[0-9a-f]{1,64}$/;

/**
 * Requests at runtimes' sockets, which speak of a container as people do and know nothing of its runs. One that
 * names a container is handed to the run that it can have ended, as soon as the name is known; one that does not is
 * kept for whatever the runtime does next.
 */
export class RequestDesk {
  readonly #identities: Identities;
  readonly #filesOf: (containerId: string) => readonly CaseFile[];
  #unresolved: Request[] = [];
  #unnamed: Request[] = [];

  constructor(identities: Identities, filesOf: (containerId: string) => readonly CaseFile[]) {
    this.#identities = identities;
    this.#filesOf = filesOf;
  }

  /** @returns the run that it speaks of, with the request as its evidence; nothing while that is not known */
  take(request: Request): { readonly file: CaseFile; readonly evidence: Request } | undefined {
    if (request.data.container === undefined) {
      this.#unnamed = kept(this.#unnamed, request);
      return undefined;
    }
    const file = this.#fileOf(request, request.data.container);
    if (file !== undefined) return { file, evidence: this.#forCase(request, file.opening.containerId) };
    this.#unresolved = kept(this.#unresolved, request);
    return undefined;
  }

  /** Requests that can be joined now that this container, its name or its run has become known. */
  retry({ id, name }: ContainerIdentity): { readonly file: CaseFile; readonly evidence: Request }[] {
    const isOfIt = ({ data: { container } }: Request): boolean =>
      container !== undefined && (container === name || id.startsWith(container));
    const waiting = this.#unresolved.filter(isOfIt);
    if (waiting.length === 0) return [];
    this.#unresolved = this.#unresolved.filter((request) => !isOfIt(request));
    return waiting.flatMap((request) => this.take(request) ?? []);
  }

  /** Who spoke to the runtime of this container just before, without anybody having seen about what: each client once. */
  near(container: ContainerIdentity, at: EpochUs): Request[] {
    const found: Request[] = [];
    for (const request of this.#unnamed.toReversed()) {
      if (request.at > at || at - request.at > NEAR_US || !mayServe(request.data, container)) continue;
      if (isHelper(request.data) || found.some(({ data }) => sameProcess(data.client, request.data.client))) continue;
      found.push(this.#forCase(request, container.id));
    }
    return found.slice(0, MAX_NEAR).reverse();
  }

  #forCase(request: Request, containerId: string): Request {
    const { client } = request.data;
    const name = client.containerId === undefined ? undefined : this.#identities.get(client.containerId)?.name;
    return {
      ...request,
      containerId,
      data: { ...request.data, ...(name === undefined ? {} : { clientContainer: name }) },
    };
  }

  /** As the runtime looks it up: by its whole id, by its name, by the beginning of its id. */
  #fileOf(request: Request, reference: string): CaseFile | undefined {
    const whole = this.#identities.get(reference);
    const candidates = whole === undefined ? this.#identities.where(({ name }) => name === reference) : [whole];
    const byName = this.#running(candidates, request);
    if (byName.length > 0 || !ID.test(reference)) return only(byName);
    return only(
      this.#running(
        this.#identities.where(({ id }) => id.startsWith(reference)),
        request,
      ),
    );
  }

  /** The runs of those containers that a request of that time can have been about. A name may have been another's before. */
  #running(containers: readonly ContainerIdentity[], { at, data }: Request): CaseFile[] {
    return containers
      .filter((container) => mayServe(data, container))
      .flatMap(({ id }) => this.#filesOf(id).findLast((file) => isRunAt(file, at)) ?? []);
  }
}

/** Two of the same name are two runtimes' containers, or one has lost it: nobody knows which was meant. */
function only(files: readonly CaseFile[]): CaseFile | undefined {
  return files.length === 1 ? files[0] : undefined;
}

function isRunAt({ opening, diedAt }: CaseFile, at: EpochUs): boolean {
  return opening.at <= at + CLOCK_SLACK_US && (diedAt === undefined || at <= diedAt);
}

function kept(requests: readonly Request[], next: Request): Request[] {
  const recent = requests.filter(({ at }) => next.at - at <= KEEP_US);
  return [...recent, next].slice(-MAX_KEPT);
}

/**
 * Docker's containers are containerd's, too, but nobody goes there to stop one, while a kubelet beside it never falls
 * silent. Who is known by a cgroup alone may be anybody's.
 */
function mayServe({ runtime }: RuntimeRequest, container: ContainerIdentity): boolean {
  return container.runtime === 'unknown' || container.runtime === runtime;
}

const HELPERS: ReadonlySet<string> = new Set(['dockerd', 'containerd', 'cri-dockerd', 'conmon', 'crio']);

/** A daemon that passes on what others ask of it. A process of a container can call itself anything. */
function isHelper({ client }: RuntimeRequest): boolean {
  const exe = client.exe ?? '';
  return client.containerId === undefined && (HELPERS.has(exe) || exe.startsWith('containerd-shim'));
}

export function isRequest(evidence: Evidence): evidence is Request {
  return evidence.data.kind === 'runtime_request';
}
