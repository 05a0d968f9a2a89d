import * as z from 'zod';
import { SpecSchema } from '../shared/oci-spec.ts';

/*
 * Answers of CRI after decoding: numbers of 64 bits are text, what is not set is its type's default, a
 * message that is not set is null. Names are as the protocol's, in camel case.
 */

const NS_PER_US = 1_000n;

/** Nanoseconds of the Unix epoch; 0 and what is before it means that it did not happen. */
const time = z
  .string()
  .regex(/^-?\d{1,20}$/)
  .transform((text) => {
    const ns = BigInt(text);
    return ns > 0n ? Number(ns / NS_PER_US) : undefined;
  });

const whole = z.string().transform((text) => {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
});

const labels = z.record(z.string(), z.string());

export const VersionSchema = z.object({ runtimeName: z.string(), runtimeVersion: z.string() });

export const ContainersSchema = z.object({
  containers: z.array(z.object({ id: z.string(), podSandboxId: z.string(), state: z.number() })),
});

export const StatusSchema = z.object({
  status: z.object({
    id: z.string(),
    metadata: z.object({ name: z.string(), attempt: z.number() }).nullish(),
    state: z.number(),
    createdAt: time,
    startedAt: time,
    finishedAt: time,
    exitCode: z.number(),
    image: z.object({ image: z.string(), userSpecifiedImage: z.string() }).nullish(),
    imageRef: z.string(),
    reason: z.string(),
    message: z.string(),
    labels,
    annotations: labels,
    mounts: z.array(z.object({ containerPath: z.string(), hostPath: z.string() })),
    logPath: z.string(),
    resources: z
      .object({
        linux: z
          .object({ cpuPeriod: whole, cpuQuota: whole, memoryLimitInBytes: whole, memorySwapLimitInBytes: whole })
          .nullish(),
      })
      .nullish(),
  }),
  info: z.record(z.string(), z.string()),
});

export type CriStatus = z.infer<typeof StatusSchema>;

const metadata = z.object({ name: z.string(), uid: z.string(), namespace: z.string() }).nullish();

export const SandboxesSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      metadata,
      state: z.number(),
      createdAt: time,
      labels,
      annotations: labels,
    }),
  ),
});

export const SandboxSchema = z.object({
  status: z.object({ id: z.string(), metadata, state: z.number(), createdAt: time, labels, annotations: labels }),
});

export type CriSandbox = z.infer<typeof SandboxSchema>['status'];

export const EventSchema = z.object({
  containerId: z.string(),
  containerEventType: z.number(),
  createdAt: time,
});

/** What `verbose` adds, of both containerd and CRI-O: JSON under the key `info`. Everything may be missing. */
export const InfoSchema = z.object({
  pid: z.number().optional(),
  sandboxID: z.string().optional(),
  runtimeSpec: SpecSchema.nullish(),
});

export type CriInfo = z.infer<typeof InfoSchema>;
