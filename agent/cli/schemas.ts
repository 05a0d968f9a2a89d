import * as z from 'zod';
import type { ErrorReason } from '../domain/errors.ts';
import type { DeathReport } from '../domain/report.ts';
import type { CodeReport } from './commands/code.ts';
import type { DoctorReport } from './commands/doctor.ts';
import type { ErrorReport } from './render/error.ts';
import { evidenceData, evidenceKind } from './schema/evidence.ts';
import { bytes, cause, certainty, count, reportSample, requestAction, runtime, stream, time } from './schema/parts.ts';
import { SAME } from './schema/same.ts';
import { storyFields } from './schema/story.ts';
import type { Same } from './schema/same.ts';

/** Everything that `--json` prints, for other programs to check against. Equal to the types that are printed. */

const reportProcess = z
  .object({
    pid: z.number().describe('In the host’s pid namespace.'),
    namespacePid: z.number().nullable().describe('In the container’s: 1 for its init.'),
    comm: z.string().describe('The kernel’s name of the task. Chosen by the process.'),
    exe: z.string().nullable().describe('Base name of the executable.'),
    argv: z.array(z.string()).nullable().describe('Secrets are replaced. Null when not seen, or hidden from you.'),
    startedAt: time,
    uid: z.number().nullable(),
    user: z.string().nullable().describe('Name of uid on the host.'),
    loginUid: z.number().nullable().describe('Who logged in, kept across sudo and su.'),
    tty: z.string().nullable(),
    containerId: z.string().nullable().describe('Null for a process of the host.'),
  })
  .meta({ id: 'Process' });

const reportContainer = z.object({
  id: z.string(),
  name: z.string().nullable(),
  image: z.string().nullable(),
  imageDigest: z.string().nullable(),
  runtime: z.string().describe('docker, containerd, cri-o, podman or unknown.'),
  labels: z.record(z.string(), z.string()),
  createdAt: time.nullable(),
  startedAt: time.nullable(),
  limits: z
    .object({
      memoryBytes: bytes.exactOptional(),
      memorySwapBytes: bytes.exactOptional(),
      cpus: z.number().exactOptional(),
      pids: count.exactOptional(),
      shmBytes: bytes.exactOptional(),
    })
    .nullable(),
  restartPolicy: z.string().nullable(),
  restartCount: count.nullable(),
  outer: z
    .object({ id: z.string(), name: z.string().nullable() })
    .nullable()
    .describe('The container in which it runs: a node of kind, Docker in Docker.'),
});

const reportUser = z.object({
  uid: z.number(),
  name: z.string().nullable(),
  loginUid: z.number().nullable(),
  loginName: z.string().nullable(),
});

export const deathReportSchema = z.object({
  id: z.string().describe('Of this death, the same on every host that knows it.'),
  at: time.describe('When the main process ended.'),
  host: z.string(),
  origin: z.enum(['witnessed', 'recovered', 'reconciled']).describe('How the agent came to know of it.'),
  container: reportContainer,
  exit: z.object({
    code: z.number().nullable().describe('As a runtime reports it. Null when nobody saw it.'),
    signal: z.string().nullable().describe('Null when the process ended by itself, with whatever code.'),
    signalNumber: z.number().nullable(),
    coreDumped: z.boolean(),
  }),
  cause: cause.describe('The root cause.'),
  headline: z.string().describe('One sentence for a person.'),
  certainty: certainty.describe('certain is a promise; unknown means that the evidence does not decide.'),
  victim: reportProcess
    .extend({ isMain: z.boolean() })
    .meta({ id: 'Victim' })
    .nullable()
    .describe('The process that was hit.'),
  actor: z.object({
    kind: z.enum(['kernel', 'runtime', 'orchestrator', 'inside', 'container', 'host', 'self', 'unknown']),
    process: reportProcess.nullable(),
    user: reportUser.nullable(),
    ancestry: z.array(reportProcess).describe('Parents of the process, nearest first.'),
    container: z.string().nullable().describe('Where the actor runs in another container.'),
    requester: z
      .object({
        certainty: z.enum(['certain', 'possible']).describe('possible: each of them may have asked.'),
        candidates: z.array(
          z.object({
            at: time,
            runtime,
            action: requestAction.describe('unknown: the runtime’s protocol does not say.'),
            process: reportProcess,
            user: reportUser.nullable(),
            ancestry: z.array(reportProcess),
            container: z
              .object({ id: z.string(), name: z.string().nullable() })
              .nullable()
              .describe('That the process runs in; null for one of the host.'),
          }),
        ),
      })
      .nullable()
      .describe('Who had the runtime do it. Null when nobody was seen asking.'),
  }),
  backtrace: z
    .object({
      instruction: z.string().describe('Address of the instruction.'),
      address: z.string().nullable().describe('That it must not have used, where the fault is about one.'),
      access: z.enum(['read', 'write', 'execute']).nullable(),
      frames: z
        .array(
          z.object({
            address: z.string(),
            module: z.string().nullable().describe('Name of the file that the code is in.'),
            offset: z.string().nullable().describe('In the image of the module: what addr2line takes.'),
            buildId: z.string().nullable(),
            function: z.string().nullable().describe('Readable, without parameters.'),
            functionOffset: z.number().nullable(),
            file: z.string().nullable(),
            line: z.number().nullable(),
            isGuess: z.boolean().describe('Found by frame pointers alone: a frame may be missing before it.'),
          }),
        )
        .describe('The faulting function first.'),
      truncated: z.boolean().describe('There are more frames.'),
    })
    .nullable()
    .describe(
      'Where the victim was when a fault of its own, or abort(), ended it; before a handler of its own took the fault, where one did.',
    ),
  evidence: z.array(
    z.object({
      at: time,
      source: z.enum([
        'kernel',
        'kmsg',
        'cgroup',
        'docker',
        'containerd',
        'cri',
        'podman',
        'kubernetes',
        'log',
        'agent',
      ]),
      kind: evidenceKind,
      text: z.string().describe('For a person.'),
      data: evidenceData.describe('For a program: raw, by kind.'),
    }),
  ),
  ruledOut: z.array(z.object({ cause, why: z.string() })),
  advice: z.array(z.object({ text: z.string(), command: z.string().nullable() })),
  notes: z.array(z.string()).describe('What contradicts or weakens the verdict.'),
  logClue: z
    .object({
      runtime: z.string().describe('Which language runtime, library or server said it.'),
      line: z.string(),
      explanation: z.string(),
      file: z.string().nullable().describe('A source file that it names, as it is called inside the container.'),
      lineNumber: count.nullable(),
    })
    .nullable()
    .describe('The line of its log that says why, where one is recognised. A quote, never proof.'),
  memory: z
    .object({
      peakBytes: bytes.describe('The highest that was seen: what it would have needed nobody knows.'),
      limitBytes: bytes.nullable(),
      limitOf: z.string().nullable().describe('The group whose limit it is, where that is not the container’s own.'),
      parts: z
        .object({ anonBytes: bytes, cacheBytes: bytes, shmemBytes: bytes, kernelBytes: bytes })
        .nullable()
        .describe('What it was made of at the end. Nothing is counted twice.'),
      growth: z.enum(['short', 'step', 'steady', 'saw', 'flat', 'uneven']).nullable(),
      bytesPerSecond: z.number().nullable().describe('Of steady growth.'),
      processes: z
        .array(z.object({ pid: z.number(), name: z.string(), rssBytes: bytes, containerId: z.string().nullable() }))
        .describe('The biggest of the last moments; of everybody where a limit is shared.'),
    })
    .nullable(),
  vitals: z.array(reportSample).describe('The last two minutes, oldest first.'),
  logTail: z
    .object({
      lines: z.array(z.object({ at: time.nullable(), stream, text: z.string() })),
      truncated: z.boolean(),
      redactions: count.describe('Secrets that were replaced.'),
    })
    .nullable(),
  ...storyFields,
  complete: z.boolean().describe('False when records were lost or the agent came late.'),
  settled: z.boolean().describe('False while late evidence may still change the verdict.'),
  revisions: z.array(
    z.object({
      number: count,
      at: time,
      cause,
      certainty,
      headline: z.string(),
      because: z.array(z.string()).describe('What arrived: kinds of evidence, settled or reconciled.'),
    }),
  ),
});

export const codeReportSchema = z.object({
  code: z.number().describe('As it was given: 0 to 255, or what is only called an exit code.'),
  summary: z.string(),
  meanings: z.array(z.object({ text: z.string(), source: z.string(), context: z.string() })),
  notProof: z.array(z.string()).describe('What does not follow from it.'),
  signal: z.string().nullable().describe('Which a shell would report by this code.'),
});

export const doctorReportSchema = z.object({
  ok: z.boolean().describe('No check failed.'),
  checks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      state: z.enum(['ok', 'warn', 'fail']),
      detail: z.string(),
      next: z.string().nullable().describe('What to do about it.'),
    }),
  ),
});

const REASONS = [
  'no-btf',
  'no-permission',
  'lockdown',
  'verifier',
  'kernel-too-old',
  'no-bpffs',
  'object-missing',
  'layout-mismatch',
  'addon-missing',
  'agent-not-running',
  'agent-already-running',
  'agent-incompatible',
  'bad-settings',
  'bad-usage',
  'unsafe-environment',
  'store-newer',
  'store-corrupt',
  'store-full',
  'store-failed',
  'runtime-absent',
  'runtime-failed',
  'timeout',
  'not-found',
  'system',
] as const satisfies readonly ErrorReason[];

export const errorReportSchema = z.object({
  error: z.object({
    reason: z.enum(REASONS),
    message: z.string(),
    next: z.string().nullable().describe('What to do about it.'),
  }),
});

export const schemasMatchTypes: readonly [
  Same<z.infer<typeof deathReportSchema>, DeathReport>,
  Same<z.infer<typeof codeReportSchema>, CodeReport>,
  Same<z.infer<typeof doctorReportSchema>, DoctorReport>,
  Same<z.infer<typeof errorReportSchema>, ErrorReport>,
] = [SAME, SAME, SAME, SAME];
