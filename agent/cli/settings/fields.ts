import * as z from 'zod';
import { MIB } from '../../domain/bytes.ts';
import type { Settings } from '../../domain/settings.ts';

/** sun_path holds 108 bytes with its closing zero. */
const LONGEST_SOCKET_PATH = 107;
const MOST_DAYS = 3_650;
const LEAST_BYTES = 16 * MIB;

const ABSOLUTE = /^\/[^\0]*$/;
const path = z.string().regex(ABSOLUTE, 'must be an absolute path');

function socketPath(shape: RegExp, problem: string): z.ZodType<string> {
  return z
    .string()
    .regex(shape, problem)
    .refine((text) => Buffer.byteLength(text) <= LONGEST_SOCKET_PATH, {
      error: `must be at most ${String(LONGEST_SOCKET_PATH)} bytes long`,
    });
}

const runtimePath = socketPath(/^(?:auto|off|\/[^\0]*)$/, 'must be an absolute path, auto or off');

/** A DNS subdomain, in which no selector of the API finds anything to interpret. */
const NODE = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)?$/;

const group = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, 'must be the name of a group');

/** One setting: how it is checked, from where it may come, what it is for. */
export interface Field<T> {
  readonly schema: z.ZodType<T>;
  readonly variable: string;
  readonly help: string;
}

export const FIELDS: { readonly [K in keyof Settings]: Field<Settings[K]> } = {
  socket: {
    schema: socketPath(ABSOLUTE, 'must be an absolute path'),
    variable: 'INQUEST_SOCKET',
    help: 'Unix socket the agent listens on.',
  },
  data: { schema: path, variable: 'INQUEST_DATA', help: 'Folder of the store.' },
  docker: {
    schema: runtimePath,
    variable: 'INQUEST_DOCKER',
    help: 'Socket of Docker; `auto` to look where it usually is, `off` to not look for one.',
  },
  podman: {
    schema: runtimePath,
    variable: 'INQUEST_PODMAN',
    help: 'Storage of Podman or socket of its service; `auto` or `off`.',
  },
  cri: {
    schema: runtimePath,
    variable: 'INQUEST_CRI',
    help: 'Socket of a runtime of Kubernetes (CRI): containerd or CRI-O; `auto` or `off`.',
  },
  containerd: {
    schema: runtimePath,
    variable: 'INQUEST_CONTAINERD',
    help: 'Socket of containerd, for containers of nerdctl and ctr; `auto` or `off`.',
  },
  kubernetes: {
    schema: runtimePath,
    variable: 'INQUEST_KUBERNETES',
    help: 'Kubeconfig for the API of Kubernetes; `auto` for the service account of its own pod, `off` to not ask.',
  },
  node: {
    schema: z.string().regex(NODE, 'must be the name of a node, or empty for the name of the host'),
    variable: 'INQUEST_NODE',
    help: 'Name of this machine in Kubernetes; the name of the host where it is empty.',
  },
  socketGroup: {
    schema: group,
    variable: 'INQUEST_SOCKET_GROUP',
    help: 'Group that may use the socket, where it exists.',
  },
  sensitiveGroup: {
    schema: group,
    variable: 'INQUEST_SENSITIVE_GROUP',
    help: 'Group that may see arguments of processes and log lines.',
  },
  retentionDays: {
    schema: z.number().int().min(1).max(MOST_DAYS),
    variable: 'INQUEST_RETENTION_DAYS',
    help: 'Deaths older than this are removed.',
  },
  retentionBytes: {
    schema: z.number().int().min(LEAST_BYTES),
    variable: 'INQUEST_RETENTION_BYTES',
    help: 'The oldest deaths are removed when the store grows beyond this.',
  },
  detachOnStop: {
    schema: z.boolean(),
    variable: 'INQUEST_DETACH_ON_STOP',
    help: 'Detach the kernel programs when the agent stops.',
  },
  logLevel: {
    schema: z.enum(['error', 'warn', 'info', 'debug']),
    variable: 'INQUEST_LOG_LEVEL',
    help: 'How much the agent logs: error, warn, info or debug.',
  },
};

/** The file: every setting may be left out. */
export const settingsSchema = z.strictObject({
  socket: FIELDS.socket.schema.exactOptional(),
  data: FIELDS.data.schema.exactOptional(),
  docker: FIELDS.docker.schema.exactOptional(),
  podman: FIELDS.podman.schema.exactOptional(),
  cri: FIELDS.cri.schema.exactOptional(),
  containerd: FIELDS.containerd.schema.exactOptional(),
  kubernetes: FIELDS.kubernetes.schema.exactOptional(),
  node: FIELDS.node.schema.exactOptional(),
  socketGroup: FIELDS.socketGroup.schema.exactOptional(),
  sensitiveGroup: FIELDS.sensitiveGroup.schema.exactOptional(),
  retentionDays: FIELDS.retentionDays.schema.exactOptional(),
  retentionBytes: FIELDS.retentionBytes.schema.exactOptional(),
  detachOnStop: FIELDS.detachOnStop.schema.exactOptional(),
  logLevel: FIELDS.logLevel.schema.exactOptional(),
}) satisfies z.ZodType<Partial<Settings>>;
