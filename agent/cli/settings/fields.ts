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
    schema: socketPath(/^(?:off|\/[^\0]*)$/, 'must be an absolute path or off'),
    variable: 'INQUEST_DOCKER',
    help: 'Socket of Docker; `off` to not look for one.',
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
  socketGroup: FIELDS.socketGroup.schema.exactOptional(),
  sensitiveGroup: FIELDS.sensitiveGroup.schema.exactOptional(),
  retentionDays: FIELDS.retentionDays.schema.exactOptional(),
  retentionBytes: FIELDS.retentionBytes.schema.exactOptional(),
  detachOnStop: FIELDS.detachOnStop.schema.exactOptional(),
  logLevel: FIELDS.logLevel.schema.exactOptional(),
}) satisfies z.ZodType<Partial<Settings>>;
