import { LIMITS } from '../domain/protocol.ts';

/** Every bound of the server. Tests shrink them; the agent runs with the defaults. */
export type ServerLimits = Readonly<Record<keyof typeof DEFAULT_LIMITS, number>>;

export const DEFAULT_LIMITS = {
  ...LIMITS,
  /** Messages per second of one connection, and how many may come at once. */
  messagesPerSecond: 200,
  messageBurst: 400,
  /** Containers that one connection may follow at a time. */
  follows: 16,
  /** Live evidence is dropped, not queued, while more than this waits to be read. */
  followQueueBytes: 256 * 1_024,
  /** Catching up waits for the reader while more than this waits to be read. */
  catchUpQueueBytes: 256 * 1_024,
  /** How long a connection that is being refused may take to read why. */
  farewellMs: 1_000,
  /** Connections that are being told why they are refused. Beyond, they are cut without a word. */
  farewells: 32,
  /** Longest wait for late evidence in deaths/explain. */
  settleMs: 10_000,
  requestIdLength: 128,
} as const;
