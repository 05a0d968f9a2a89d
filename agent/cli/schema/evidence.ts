import * as z from 'zod';
import type { EvidenceData } from '../../domain/evidence.ts';
import { TRAP_INSTRUCTIONS } from '../../domain/evidence.ts';
import {
  bytes,
  count,
  epochUs,
  exitStatus,
  processRef,
  requestAction,
  runtime,
  stream,
  vitalsSample,
} from './parts.ts';
import { SAME } from './same.ts';
import type { Same } from './same.ts';

/** Raw evidence, one schema for each kind. Equal to the domain's types; the compiler holds them together. */

const throttleFields = {
  quotaUs: count,
  periodUs: count,
  periods: count,
  throttledPeriods: count,
  throttledUs: count,
};

const memoryLevel = z.object({
  name: z.string(),
  isContainer: z.boolean(),
  isNested: z.boolean(),
  usageBytes: bytes,
  limitBytes: bytes.exactOptional(),
  peakBytes: bytes.exactOptional(),
  killsGroup: z.literal(true).exactOptional(),
  reachedLimit: z.boolean(),
});

const memoryAtExit = z.object({
  usageBytes: bytes,
  limitBytes: bytes.exactOptional(),
  peakBytes: bytes.exactOptional(),
  oomEvents: count,
  limitHits: count,
});

const oomMemory = z.object({
  usageBytes: bytes.exactOptional(),
  anonBytes: bytes,
  fileBytes: bytes,
  shmemBytes: bytes,
  kernelBytes: bytes,
});

const oomProcess = z.object({
  pid: z.number(),
  name: z.string(),
  rssBytes: bytes,
  containerId: z.string().exactOptional(),
});

const faultMapping = z
  .object({
    start: z.string(),
    end: z.string(),
    access: z.string(),
    growsDown: z.boolean(),
    file: z
      .object({
        path: z.string().exactOptional(),
        offset: count,
        sizeBytes: bytes,
        isRemoved: z.boolean(),
        fileSystemBytes: bytes.exactOptional(),
        isTmpfs: z.boolean(),
      })
      .exactOptional(),
  })
  .meta({ id: 'FaultMapping', description: 'A piece of the memory map of a process that ran into a fault.' });

const podRef = z
  .object({ uid: z.string(), namespace: z.string(), name: z.string(), container: z.string().exactOptional() })
  .meta({ id: 'PodRef', description: 'A pod of Kubernetes, or one of its containers by its name in the pod.' });

const kinds = [
  z.object({ kind: z.literal('process_exec'), process: processRef, isMain: z.boolean(), filename: z.string() }),
  z.object({
    kind: z.literal('process_exit'),
    process: processRef,
    isMain: z.boolean(),
    status: exitStatus,
    maxRssBytes: bytes,
    cpuTimeUs: count,
    memory: memoryAtExit.exactOptional(),
    throttle: z.object(throttleFields).exactOptional(),
  }),
  z.object({
    kind: z.literal('signal_sent'),
    signal: z.number(),
    code: z.number(),
    info: z.enum(['none', 'priv', 'struct']),
    group: z.boolean(),
    result: z.enum(['delivered', 'ignored', 'already_pending', 'overflow', 'info_lost']),
    target: processRef,
    targetIsMain: z.boolean(),
    disposition: z.enum(['default', 'ignore', 'handler']),
    targetIsNamespaceInit: z.boolean(),
    sender: processRef.exactOptional(),
    ancestry: z.array(processRef),
    faultAddress: z.string().exactOptional(),
    syscall: z.number().exactOptional(),
    arch: z.number().exactOptional(),
  }),
  z.object({ kind: z.literal('signal_received'), signal: z.number(), process: processRef, isMain: z.boolean() }),
  z.object({
    kind: z.literal('oom_kill'),
    victim: processRef,
    victimIsMain: z.boolean(),
    trigger: processRef,
    levels: z.array(memoryLevel),
  }),
  z.object({
    kind: z.literal('process_fault'),
    process: processRef,
    isMain: z.boolean(),
    signal: z.number(),
    code: z.number(),
    instruction: z.string(),
    trapInstruction: z.enum(TRAP_INSTRUCTIONS).exactOptional(),
    stackPointer: z.string(),
    address: z.string().exactOptional(),
    access: z.enum(['read', 'write', 'execute']).exactOptional(),
    addressIn: faultMapping.exactOptional(),
    below: faultMapping.exactOptional(),
    above: faultMapping.exactOptional(),
    instructionIn: faultMapping.exactOptional(),
    stackLimitBytes: bytes.exactOptional(),
    frames: z.array(
      z.object({
        address: z.string(),
        module: z.string().exactOptional(),
        offset: z.string().exactOptional(),
        buildId: z.string().exactOptional(),
        function: z.string().exactOptional(),
        functionOffset: z.number().exactOptional(),
        file: z.string().exactOptional(),
        line: z.number().exactOptional(),
        isGuess: z.boolean().exactOptional(),
        interrupted: z
          .object({
            stackPointer: z.string(),
            address: z.string().exactOptional(),
            access: z.enum(['read', 'write', 'execute']).exactOptional(),
          })
          .exactOptional(),
      }),
    ),
    truncated: z.boolean(),
  }),
  z.object({ kind: z.literal('cpu_throttle'), ...throttleFields }),
  z.object({ kind: z.literal('container_created'), cgroupPath: z.string() }),
  z.object({ kind: z.literal('container_removed'), cgroupPath: z.string() }),
  z.object({
    kind: z.literal('runtime_event'),
    action: z.enum([
      'create',
      'start',
      'kill',
      'stop',
      'die',
      'oom',
      'restart',
      'destroy',
      'pause',
      'unpause',
      'update',
      'rename',
      'exec_start',
      'exec_die',
      'health_status',
    ]),
    signal: z.number().exactOptional(),
    exitCode: z.number().exactOptional(),
    health: z.enum(['healthy', 'unhealthy', 'starting']).exactOptional(),
  }),
  z.object({
    kind: z.literal('runtime_request'),
    runtime,
    socket: z.string(),
    action: requestAction,
    container: z.string().exactOptional(),
    pod: z.string().exactOptional(),
    graceSeconds: z.number().exactOptional(),
    signal: z.number().exactOptional(),
    client: processRef,
    ancestry: z.array(processRef),
    clientContainer: z.string().exactOptional(),
  }),
  z.object({
    kind: z.literal('runtime_state'),
    running: z.boolean(),
    exitCode: z.number().exactOptional(),
    oomKilled: z.boolean().exactOptional(),
    reason: z.string().exactOptional(),
    message: z.string().exactOptional(),
    error: z.string().exactOptional(),
    startedAt: epochUs.exactOptional(),
    finishedAt: epochUs.exactOptional(),
    healthFailures: count.exactOptional(),
    lastHealthOutput: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal('runtime_connection'), state: z.enum(['lost', 'restored']) }),
  z.object({
    kind: z.literal('orchestrator_event'),
    pod: podRef,
    reason: z.string(),
    message: z.string(),
    count,
    reporter: z.string().exactOptional(),
  }),
  z.object({
    kind: z.literal('orchestrator_state'),
    pod: podRef,
    workload: z.object({ kind: z.string(), name: z.string() }).exactOptional(),
    reason: z.string().exactOptional(),
    message: z.string().exactOptional(),
    deletedAt: epochUs.exactOptional(),
    deletionGraceSeconds: count.exactOptional(),
    disruption: z.object({ reason: z.string(), message: z.string(), at: epochUs }).exactOptional(),
    deadlineSeconds: count.exactOptional(),
    restarts: count.exactOptional(),
    sidecar: z.object({ othersEnded: z.boolean() }).exactOptional(),
    probes: z.array(
      z.object({
        kind: z.enum(['liveness', 'startup']),
        check: z.string(),
        periodSeconds: count,
        timeoutSeconds: count,
        failureThreshold: count,
      }),
    ),
  }),
  z.object({ kind: z.literal('orchestrator_connection'), state: z.enum(['lost', 'restored']) }),
  z.object({
    kind: z.literal('kernel_log_oom'),
    constraint: z.enum(['none', 'memcg', 'cpuset', 'mempolicy', 'unknown']),
    oomMemcg: z.string().exactOptional(),
    taskMemcg: z.string().exactOptional(),
    victimComm: z.string(),
    victimPid: z.number(),
    victimUid: z.number().exactOptional(),
    anonRssBytes: bytes.exactOptional(),
    fileRssBytes: bytes.exactOptional(),
    shmemRssBytes: bytes.exactOptional(),
    memory: oomMemory.exactOptional(),
    processes: z.array(oomProcess).exactOptional(),
  }),
  z.object({ kind: z.literal('kernel_log_fault'), comm: z.string(), pid: z.number(), text: z.string() }),
  z.object({ kind: z.literal('vitals'), samples: z.array(vitalsSample) }),
  z.object({
    kind: z.literal('log_tail'),
    lines: z.array(z.object({ at: epochUs.exactOptional(), stream, text: z.string() })),
    truncated: z.boolean(),
    redactions: count,
  }),
  z.object({
    kind: z.literal('evidence_gap'),
    reason: z.enum([
      'ring_full',
      'rate_limited',
      'agent_started_late',
      'agent_down',
      'pins_abandoned',
      'containers_full',
      'recursion',
      'not_stored',
    ]),
    lost: count,
    recordKinds: z.array(z.string()),
    flooder: z.string().exactOptional(),
  }),
] as const;

export const evidenceData = z.discriminatedUnion('kind', kinds).meta({ id: 'EvidenceData' });

export const evidenceKind = z.enum([
  'process_exec',
  'signal_sent',
  'signal_received',
  'oom_kill',
  'process_exit',
  'process_fault',
  'cpu_throttle',
  'container_created',
  'container_removed',
  'runtime_event',
  'runtime_request',
  'runtime_state',
  'runtime_connection',
  'orchestrator_event',
  'orchestrator_state',
  'orchestrator_connection',
  'kernel_log_oom',
  'kernel_log_fault',
  'vitals',
  'log_tail',
  'evidence_gap',
]);

export const evidenceMatchesDomain: Same<z.infer<typeof evidenceData>, EvidenceData> = SAME;
