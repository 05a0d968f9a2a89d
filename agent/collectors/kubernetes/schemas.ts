import * as z from 'zod';

/** What is used of the objects of Kubernetes' API v1. Go leaves out what is empty; unknown fields are dropped. */
function optional<T>(schema: z.ZodType<T>) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const text = optional(z.string());
const whole = optional(z.number().int());
const labels = optional(z.record(z.string(), z.string())).transform((value) => value ?? {});

const owner = z.object({ kind: z.string(), name: z.string(), controller: optional(z.boolean()) });

const metadata = z.object({
  uid: z.string().min(1),
  name: z.string(),
  namespace: text,
  resourceVersion: text,
  creationTimestamp: text,
  deletionTimestamp: text,
  deletionGracePeriodSeconds: whole,
  labels,
  annotations: labels,
  ownerReferences: optional(z.array(owner)).transform((value) => value ?? []),
});

const port = optional(z.union([z.string(), z.number()]));
const probe = z.object({
  httpGet: optional(z.object({ path: text, port, scheme: text })),
  tcpSocket: optional(z.object({ port })),
  grpc: optional(z.object({ port, service: text })),
  exec: optional(z.object({ command: optional(z.array(z.string())) })),
  periodSeconds: whole,
  timeoutSeconds: whole,
  failureThreshold: whole,
});

export type PodProbe = z.infer<typeof probe>;

const container = z.object({
  name: z.string(),
  livenessProbe: optional(probe),
  startupProbe: optional(probe),
  /** Of an init container: `Always` makes it a sidecar. */
  restartPolicy: text,
});
export type PodContainer = z.infer<typeof container>;

const containers = optional(z.array(container)).transform((value) => value ?? []);
const status = z.object({
  name: z.string(),
  restartCount: whole,
  state: optional(z.object({ terminated: optional(z.object({})) })),
});
const statuses = optional(z.array(status)).transform((value) => value ?? []);

export const PodSchema = z.object({
  metadata,
  spec: z.object({
    containers,
    initContainers: containers,
    activeDeadlineSeconds: whole,
  }),
  status: optional(
    z.object({
      reason: text,
      message: text,
      conditions: optional(
        z.array(
          z.object({ type: z.string(), status: z.string(), reason: text, message: text, lastTransitionTime: text }),
        ),
      ),
      containerStatuses: statuses,
      initContainerStatuses: statuses,
    }),
  ),
});

export type Pod = z.infer<typeof PodSchema>;

export const EventSchema = z.object({
  metadata: z.object({ uid: text, resourceVersion: text, creationTimestamp: text }),
  involvedObject: z.object({
    kind: text,
    namespace: text,
    name: text,
    uid: text,
    fieldPath: text,
  }),
  reason: text,
  message: text,
  source: optional(z.object({ component: text, host: text })),
  reportingComponent: text,
  reportingInstance: text,
  firstTimestamp: text,
  lastTimestamp: text,
  eventTime: text,
  count: whole,
  series: optional(z.object({ count: whole, lastObservedTime: text })),
});

export type ApiEvent = z.infer<typeof EventSchema>;

export const ListSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: text }),
  items: optional(z.array(z.unknown())).transform((value) => value ?? []),
});

export const WatchSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});

/** What every object has, a bookmark and an error, too. */
export const VersionedSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
export const StatusSchema = z.object({ code: z.number().int().optional() });
export const VersionSchema = z.object({ gitVersion: z.string() });
