import type { Evidence, EvidenceData, EvidenceKind } from '../domain/evidence.ts';

interface Bound {
  /** Kept from the beginning: how it started. */
  readonly first: number;
  /** Kept from the end: what led to the death. */
  readonly last: number;
}

const DEFAULT_BOUND: Bound = { first: 8, last: 32 };

/** A container can live for months and do anything: each kind of evidence has a bound of its own. */
const BOUNDS: Partial<Readonly<Record<EvidenceKind, Bound>>> = {
  process_exec: { first: 8, last: 64 },
  process_exit: { first: 0, last: 64 },
  signal_sent: { first: 16, last: 96 },
  signal_received: { first: 4, last: 32 },
  oom_kill: { first: 4, last: 16 },
  runtime_event: { first: 8, last: 48 },
  runtime_state: { first: 0, last: 2 },
  log_tail: { first: 0, last: 1 },
  evidence_gap: { first: 8, last: 16 },
};

interface Shelf {
  readonly bound: Bound;
  readonly first: Numbered[];
  last: Numbered[];
}

interface Numbered {
  readonly arrival: number;
  readonly evidence: Evidence;
}

/** Evidence of one case, bounded by kind. What concerns the main process is never crowded out by its children. */
export class EvidenceLog {
  readonly #shelves = new Map<string, Shelf>();
  #arrivals = 0;
  #left = 0;

  add(evidence: Evidence): void {
    const shelf = this.#shelf(shelfName(evidence.data), evidence.data.kind);
    const item = { arrival: this.#arrivals, evidence };
    this.#arrivals += 1;
    if (shelf.first.length < shelf.bound.first) {
      shelf.first.push(item);
      return;
    }
    shelf.last.push(item);
    // Trimmed in bulk: shifting one by one would make a flood quadratic.
    if (shelf.last.length >= shelf.bound.last * 2) {
      this.#left += shelf.last.length - shelf.bound.last;
      shelf.last = shelf.last.slice(-shelf.bound.last);
    }
  }

  /** In order of time; what has the same time, in order of arrival. */
  sorted(): Evidence[] {
    return [...this.#shelves.values()]
      .flatMap(({ first, last, bound }) => [...first, ...last.slice(-bound.last)])
      .sort((a, b) => a.evidence.at - b.evidence.at || a.arrival - b.arrival)
      .map(({ evidence }) => evidence);
  }

  /** How many ordinary pieces were let go of. */
  get leftOut(): number {
    return this.#left;
  }

  has(kind: EvidenceKind): boolean {
    return [...this.#shelves.values()].some(({ first, last }) =>
      [...first, ...last].some(({ evidence }) => evidence.data.kind === kind),
    );
  }

  #shelf(name: string, kind: EvidenceKind): Shelf {
    const known = this.#shelves.get(name);
    if (known !== undefined) return known;
    const shelf: Shelf = { bound: BOUNDS[kind] ?? DEFAULT_BOUND, first: [], last: [] };
    this.#shelves.set(name, shelf);
    return shelf;
  }
}

function shelfName(data: EvidenceData): string {
  switch (data.kind) {
    case 'process_exec':
    case 'signal_received':
      return `${data.kind}:${String(data.isMain)}`;
    case 'process_exit':
      return `${data.kind}:${String(data.isMain)}:${data.status.kind}`;
    case 'signal_sent':
      return `${data.kind}:${String(data.targetIsMain)}:${data.sender?.containerId === undefined ? 'outside' : 'inside'}`;
    case 'oom_kill':
      return `${data.kind}:${String(data.victimIsMain)}`;
    default:
      return data.kind;
  }
}
