import type { Evidence, EvidenceData, EvidenceOf } from '../domain/evidence.ts';
import type { ProcessRef } from '../domain/process.ts';

/** The last program each process of a container ran: gives names and argv to later records, which carry none. */
export class ProcessTable {
  readonly #programs = new Map<string, ProcessRef>();

  constructor(execs: readonly EvidenceOf<'process_exec'>[]) {
    for (const { data } of execs) this.#programs.set(keyOf(data.process), data.process);
  }

  /** The process as it was when it ran its program: with the parent it had then. */
  programOf(process: ProcessRef): ProcessRef | undefined {
    return this.#programs.get(keyOf(process));
  }

  /** The same process with argv and executable where they are known. A forked child that never ran exec has none. */
  enrich(process: ProcessRef): ProcessRef {
    const program = this.#programs.get(keyOf(process));
    if (program?.argv === undefined || process.argv !== undefined) return process;
    return {
      ...process,
      argv: program.argv,
      ...(program.argvTruncated === undefined ? {} : { argvTruncated: program.argvTruncated }),
      ...(process.exe === undefined && program.exe !== undefined ? { exe: program.exe } : {}),
    };
  }
}

/** Evidence with the programs' names filled in wherever a process stands in it. */
export function enrichEvidence(evidence: Evidence, processes: ProcessTable): Evidence {
  return { ...evidence, data: enrichData(evidence.data, processes) };
}

function enrichData(data: EvidenceData, processes: ProcessTable): EvidenceData {
  switch (data.kind) {
    case 'process_exit':
    case 'signal_received':
      return { ...data, process: processes.enrich(data.process) };
    case 'oom_kill':
      return { ...data, victim: processes.enrich(data.victim), trigger: processes.enrich(data.trigger) };
    case 'signal_sent': {
      const target = processes.enrich(data.target);
      return data.sender === undefined
        ? { ...data, target }
        : { ...data, target, sender: processes.enrich(data.sender) };
    }
    case 'runtime_request':
      return { ...data, client: processes.enrich(data.client) };
    default:
      return data;
  }
}

export function keyOf(process: ProcessRef): string {
  return `${String(process.pid)}@${String(process.startedAt)}`;
}
