import * as z from 'zod';
import { US_PER_SECOND } from '../../../domain/time.ts';

const NS_PER_US = 1_000;

const time = z
  .object({ seconds: z.string().regex(/^-?\d{1,15}$/), nanos: z.number() })
  .nullish()
  .transform((value) => {
    const seconds = Number(value?.seconds ?? '0');
    // Go's zero time is in the year 1.
    if (value === null || value === undefined || seconds <= 0) return undefined;
    return seconds * US_PER_SECOND + Math.floor(value.nanos / NS_PER_US);
  });

export const VersionSchema = z.object({ version: z.string() });

export const NamespacesSchema = z.object({ namespaces: z.array(z.object({ name: z.string() })) });

const container = z.object({
  id: z.string(),
  labels: z.record(z.string(), z.string()),
  image: z.string(),
  spec: z.object({ value: z.instanceof(Uint8Array) }).nullish(),
  createdAt: time,
});

export const ContainerSchema = z.object({ container });
export const ContainersSchema = z.object({ containers: z.array(container) });

export type ContainerdContainer = z.infer<typeof container>;

export const TaskSchema = z.object({
  process: z.object({ pid: z.number(), status: z.number(), exitStatus: z.number(), exitedAt: time }),
});

export type ContainerdTask = z.infer<typeof TaskSchema>['process'];

export const ImageSchema = z.object({ image: z.object({ target: z.object({ digest: z.string() }).nullish() }) });

export const EnvelopeSchema = z.object({
  timestamp: time,
  namespace: z.string(),
  topic: z.string(),
  event: z.object({ value: z.object({ containerId: z.string() }).nullish() }).nullish(),
});

export type Envelope = z.infer<typeof EnvelopeSchema>;
