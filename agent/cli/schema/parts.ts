import * as z from 'zod';
import { CAUSE_IDS } from '../../domain/causes.ts';

/** Pieces that several schemas share. */

export const time = z.string().meta({ format: 'date-time' });
export const bytes = z.number().int().nonnegative();
export const count = z.number().int().nonnegative();
export const cause = z.enum(CAUSE_IDS);
export const certainty = z.enum(['certain', 'likely', 'possible', 'unknown']);
export const stream = z.enum(['stdout', 'stderr']);

export const runtime = z.enum(['docker', 'containerd', 'cri-o', 'podman', 'unknown']);
export const requestAction = z.enum(['stop', 'restart', 'kill', 'remove', 'unknown']);

/** Microseconds of the Unix epoch, as raw evidence keeps it. */
export const epochUs = z.number().describe('Microseconds of the Unix epoch.');

export const exitStatus = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('exited'), code: z.number() }),
    z.object({ kind: z.literal('signaled'), signal: z.number(), coreDumped: z.boolean() }),
    z.object({ kind: z.literal('reported'), code: z.number() }),
  ])
  .meta({ id: 'ExitStatus' });

export const processRef = z
  .object({
    pid: z.number(),
    startedAt: epochUs,
    startSinceBootUs: count.exactOptional(),
    nsPid: z.number().exactOptional(),
    parentPid: z.number().exactOptional(),
    parentStartedAt: epochUs.exactOptional(),
    comm: z.string(),
    exe: z.string().exactOptional(),
    argv: z.array(z.string()).exactOptional(),
    argvTruncated: z.boolean().exactOptional(),
    uid: z.number().exactOptional(),
    user: z.string().exactOptional(),
    loginUid: z.number().exactOptional(),
    loginUser: z.string().exactOptional(),
    sessionId: z.number().exactOptional(),
    tty: z.string().exactOptional(),
    pidNamespace: z.number().exactOptional(),
    containerId: z.string().exactOptional(),
  })
  .meta({ id: 'ProcessRef', description: 'A process as raw evidence keeps it; what is not known is left out.' });

const SAMPLE_FIELDS = {
  memoryBytes: bytes.exactOptional(),
  memoryLimitBytes: bytes.exactOptional(),
  anonBytes: bytes.exactOptional(),
  fileBytes: bytes.exactOptional(),
  shmemBytes: bytes.exactOptional(),
  kernelBytes: bytes.exactOptional(),
  memoryPressurePercent: z.number().exactOptional(),
  pids: count.exactOptional(),
  pidsLimit: count.exactOptional(),
  cpuUsageUs: count.exactOptional(),
  cpuPeriods: count.exactOptional(),
  cpuThrottledPeriods: count.exactOptional(),
  cpuThrottledUs: count.exactOptional(),
  processes: z
    .array(z.object({ pid: z.number(), name: z.string(), rssBytes: bytes }))
    .exactOptional()
    .describe('The biggest processes, where memory was near its limit. Only in the last sample that looked.'),
};

export const vitalsSample = z.object({ at: epochUs, ...SAMPLE_FIELDS });
export const reportSample = z.object({ at: time, ...SAMPLE_FIELDS }).meta({ id: 'Vitals' });
