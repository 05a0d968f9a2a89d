import * as z from 'zod';

/**
 * What is used of the Engine API's answers (1.24 to 1.5x). Unknown fields are dropped; Go writes null
 * for an empty list or map. Everything that is not needed to know the container may be missing.
 */

function optional<T>(schema: z.ZodType<T>) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const text = optional(z.string());
const strings = optional(z.array(z.string()));
const stringMap = optional(z.record(z.string(), z.string()));
const count = optional(z.number());
const flag = optional(z.boolean());

export const ContainerId = z.string().regex(/^[0-9a-f]{64}$/);

export const VersionSchema = z.object({ ApiVersion: z.string(), MinAPIVersion: text, Version: text });

export const ListSchema = z.array(z.unknown());

export const ListEntrySchema = z.object({ Id: ContainerId, State: text });

const HealthSchema = z.object({
  Status: text,
  FailingStreak: count,
  Log: optional(z.array(z.object({ ExitCode: count, Output: text }))),
});

const StateSchema = z.object({
  Status: text,
  Running: flag,
  Restarting: flag,
  OOMKilled: flag,
  Pid: count,
  ExitCode: count,
  Error: text,
  StartedAt: text,
  FinishedAt: text,
  Health: optional(HealthSchema),
});

const HostConfigSchema = z.object({
  Memory: count,
  MemorySwap: count,
  NanoCpus: count,
  CpuQuota: count,
  CpuPeriod: count,
  PidsLimit: count,
  ShmSize: count,
  Init: flag,
  PidMode: text,
  RestartPolicy: optional(z.object({ Name: text, MaximumRetryCount: count })),
  LogConfig: optional(z.object({ Type: text })),
});

const ConfigSchema = z.object({
  Image: text,
  Labels: stringMap,
  Entrypoint: strings,
  Cmd: strings,
  Env: strings,
  Tty: flag,
  StopSignal: text,
  StopTimeout: count,
  Healthcheck: optional(z.object({ Test: strings })),
});

export const InspectSchema = z.object({
  Id: ContainerId,
  Name: text,
  Created: text,
  Image: text,
  RestartCount: count,
  State: StateSchema,
  Config: optional(ConfigSchema),
  HostConfig: optional(HostConfigSchema),
});

export type Inspect = z.infer<typeof InspectSchema>;

export const EventSchema = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: stringMap }),
  time: count,
  timeNano: count,
});

export type DockerEvent = z.infer<typeof EventSchema>;
