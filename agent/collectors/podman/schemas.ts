import * as z from 'zod';
import { SpecSchema } from '../shared/oci-spec.ts';

/* What libpod keeps of a container, as far as it is used. Go writes null for an empty list or map. */

const text = z.string().nullish();
const strings = z.array(z.string()).nullish();
const flag = z.boolean().nullish();
const count = z.number().nullish();

export const ConfigSchema = z.object({
  id: z.string(),
  name: text,
  spec: SpecSchema.nullish(),
  RawImageName: text,
  rootfsImageName: text,
  rootfsImageID: text,
  shmSize: count,
  entrypoint: z.union([z.string(), z.array(z.string())]).nullish(),
  command: strings,
  labels: z.record(z.string(), z.string()).nullish(),
  stopSignal: count,
  stopTimeout: count,
  createdTime: text,
  logPath: text,
  logDriver: text,
  restart_policy: text,
  restart_retries: count,
  healthcheck: z.object({ Test: strings }).nullish(),
  /** It is the infra container of a pod. */
  pause: flag,
});

export type LibpodConfig = z.infer<typeof ConfigSchema>;

export const StateSchema = z
  .object({
    state: z.number(),
    startedTime: text,
    finishedTime: text,
    exitCode: count,
    oomKilled: flag,
    error: text,
    pid: count,
    restartCount: count,
  })
  .transform(({ state: status, ...rest }) => ({ ...rest, status }));

export type LibpodState = z.infer<typeof StateSchema>;

/** `ContainerStatus` of libpod. */
export const LibpodStatus = { created: 2, running: 3, stopped: 4, paused: 5, exited: 6, stopping: 8 } as const;

/** An entry of the storage's containers.json. */
export const StoredSchema = z.array(
  z.object({ id: z.string(), names: strings, image: text, metadata: text, created: text }),
);

export const StoredMetadataSchema = z.object({ 'image-name': text, name: text });
