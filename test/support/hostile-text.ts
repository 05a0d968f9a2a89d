import type { ContainerIdentity } from '../../agent/domain/container.ts';
import type { Evidence, EvidenceData, PodRef } from '../../agent/domain/evidence.ts';
import type { ProcessRef } from '../../agent/domain/process.ts';

/** Colour, window title, line break, carriage return, bidirectional override, zero width, tag, lone surrogate. */
export const HOSTILE = '\u001b[31m\u001b]0;x\u0007\n\r\u202e\u2066\u200b\u{e0041}\ud800\u0085';

/** Written out here and not imported: a hole in the product's own list must show. */
const RAW =
  // eslint-disable-next-line no-control-regex -- controls are what this expression is for
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/u;

export function isRaw(text: string): boolean {
  return RAW.test(text);
}

function evil(text: string): string {
  return `${text}${HOSTILE}`;
}

/** The record with HOSTILE behind every text that somebody else chooses. The runtime's own processes stay what they are. */
export function madeHostile(evidence: Evidence): Evidence {
  return { ...evidence, data: hostileData(evidence.data) };
}

function hostileData(data: EvidenceData): EvidenceData {
  switch (data.kind) {
    case 'process_exec':
      return { ...data, process: hostileProcess(data.process), filename: evil(data.filename) };
    case 'process_exit':
    case 'signal_received':
      return { ...data, process: hostileProcess(data.process) };
    case 'signal_sent': {
      const target = hostileProcess(data.target);
      const ancestry = data.ancestry.map(hostileProcess);
      return {
        ...data,
        target,
        ancestry,
        ...(data.sender === undefined ? {} : { sender: hostileProcess(data.sender) }),
      };
    }
    case 'runtime_request': {
      const container = data.container === undefined ? {} : { container: evil(data.container) };
      const ancestry = data.ancestry.map(hostileProcess);
      return { ...data, ...container, clientContainer: HOSTILE, client: hostileProcess(data.client), ancestry };
    }
    case 'oom_kill': {
      const levels = data.levels.map((level) => ({ ...level, name: evil(level.name) }));
      return { ...data, victim: hostileProcess(data.victim), trigger: hostileProcess(data.trigger), levels };
    }
    case 'container_created':
    case 'container_removed':
      return { ...data, cgroupPath: evil(data.cgroupPath) };
    case 'runtime_state': {
      const error = data.error === undefined ? {} : { error: evil(data.error) };
      return { ...data, ...error, lastHealthOutput: HOSTILE };
    }
    case 'orchestrator_event':
      return { ...data, pod: hostilePod(data.pod), message: evil(data.message), reporter: HOSTILE };
    case 'orchestrator_state':
      return {
        ...data,
        pod: hostilePod(data.pod),
        workload: { kind: HOSTILE, name: HOSTILE },
        probes: data.probes.map((probe) => ({ ...probe, check: evil(probe.check) })),
        ...(data.message === undefined ? {} : { message: evil(data.message) }),
        ...(data.disruption === undefined
          ? {}
          : { disruption: { ...data.disruption, message: evil(data.disruption.message) } }),
      };
    case 'kernel_log_oom':
      return {
        ...data,
        victimComm: evil(data.victimComm),
        ...(data.oomMemcg === undefined ? {} : { oomMemcg: evil(data.oomMemcg) }),
      };
    case 'kernel_log_fault':
      return { ...data, comm: evil(data.comm), text: evil(data.text) };
    case 'log_tail':
      return { ...data, lines: data.lines.map((line) => ({ ...line, text: evil(line.text) })) };
    case 'evidence_gap':
      // Kinds decide, so they stay; what comes with them may be the name of a folder.
      return { ...data, recordKinds: [...data.recordKinds, HOSTILE], flooder: HOSTILE };
    default:
      return data;
  }
}

function hostileProcess(process: ProcessRef): ProcessRef {
  const { exe, argv, user, loginUser, tty } = process;
  if (exe !== undefined && IS_RUNTIME.test(exe)) return process;
  return {
    ...process,
    comm: evil(process.comm),
    ...(exe === undefined ? {} : { exe: evil(exe) }),
    ...(argv === undefined ? {} : { argv: argv.map(evil) }),
    ...(user === undefined ? {} : { user: evil(user) }),
    ...(loginUser === undefined ? {} : { loginUser: evil(loginUser) }),
    ...(tty === undefined ? {} : { tty: evil(tty) }),
  };
}

function hostilePod(pod: PodRef): PodRef {
  return { ...pod, namespace: evil(pod.namespace), name: evil(pod.name) };
}

const IS_RUNTIME = /^(?:kubelet|runc|crun|conmon|crio|podman|containerd|systemd|earlyoom)/;

export function hostileIdentity(identity: ContainerIdentity): ContainerIdentity {
  const ofPod = Object.fromEntries(
    Object.entries(identity.labels)
      .filter(([key]) => key.startsWith('io.kubernetes.'))
      .map(([key, value]) => [key, key.endsWith('.name') ? evil(value) : value]),
  );
  return { ...identity, name: evil('web'), image: evil('image'), labels: { ...ofPod, [HOSTILE]: HOSTILE } };
}
