import type { Evidence, EvidenceData, EvidenceKind, SignalSent } from '../domain/evidence.ts';

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
  signal_sent: { first: 4, last: 24 },
  signal_received: { first: 4, last: 32 },
  // Each is some kilobytes.
  process_fault: { first: 2, last: 4 },
  oom_kill: { first: 4, last: 16 },
  runtime_event: { first: 4, last: 16 },
  runtime_request: { first: 2, last: 16 },
  runtime_state: { first: 0, last: 2 },
  orchestrator_event: { first: 0, last: 12 },
  orchestrator_state: { first: 0, last: 8 },
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

/**
 * Evidence of one case, bounded by kind. What concerns the main process is never crowded out by its
 * children, a request to stop not by timers, and a runtime's kill not by health checks. Every piece is
 * kept once: kernel records can come twice after their reader was interrupted.
 */
export class EvidenceLog {
  readonly #shelves = new Map<string, Shelf>();
  #arrivals = 0;
  #left = 0;

  /** @returns false when the same piece is here already */
  add(evidence: Evidence): boolean {
    const shelf = this.#shelf(shelfName(evidence.data), evidence.data.kind);
    if (isOn(shelf, evidence)) return false;
    const item = { arrival: this.#arrivals, evidence };
    this.#arrivals += 1;
    if (shelf.first.length < shelf.bound.first) {
      shelf.first.push(item);
      return true;
    }
    shelf.last.push(item);
    // Trimmed in bulk: shifting one by one would make a flood quadratic.
    if (shelf.last.length >= shelf.bound.last * 2) {
      this.#left += shelf.last.length - shelf.bound.last;
      shelf.last = shelf.last.slice(-shelf.bound.last);
    }
    return true;
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

/** Time and contents alike: two records of one moment differ in their process, their sender or their source. */
function isOn({ first, last }: Shelf, evidence: Evidence): boolean {
  const isSame = (item: Numbered): boolean =>
    item.evidence.at === evidence.at &&
    (item.evidence === evidence || JSON.stringify(item.evidence) === JSON.stringify(evidence));
  return first.some(isSame) || last.some(isSame);
}

function shelfName(data: EvidenceData): string {
  switch (data.kind) {
    case 'process_exec':
    case 'signal_received':
      return `${data.kind}:${String(data.isMain)}`;
    case 'process_exit':
      return `${data.kind}:${String(data.isMain)}:${data.status.kind}`;
    case 'signal_sent':
      return `${data.kind}:${String(data.targetIsMain)}:${origin(data)}:${data.targetIsMain ? String(data.signal) : ''}`;
    case 'oom_kill':
      return `${data.kind}:${String(data.victimIsMain)}`;
    case 'runtime_event':
    case 'runtime_request':
      return `${data.kind}:${data.action}`;
    case 'orchestrator_event':
      return `${data.kind}:${data.reason === 'Unhealthy' ? data.reason : ''}`;
    default:
      return data.kind;
  }
}

/** A timer has no sender, and can fire a thousand times a second. */
function origin({ sender }: SignalSent): string {
  if (sender === undefined) return 'nobody';
  return sender.containerId === undefined ? 'outside' : 'inside';
}
