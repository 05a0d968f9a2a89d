/**
 * What the language server and its client say to one another beyond the Language Server Protocol. One file for both
 * ends; a test fails when one side moves. The server asks only for ids, names and codes: log text stays where it is.
 */
import type { Certainty } from './death.ts';
import type { LineWindow } from './line-window.ts';
import type { EpochUs } from './time.ts';

/** `initializationOptions` of a client that can do more than a bare one. What is absent is not offered. */
export interface LspClientOptions {
  readonly inquest?: {
    /** Answers `inquest/lineAt`: the server then asks for no document at all. */
    readonly lineAt?: boolean;
    /** Answers `inquest/findDeaths` and `inquest/knownContainers`. */
    readonly deaths?: boolean;
    /** Runs `command:inquest.explainExit?…` from a hover. Others get text. */
    readonly commandLinks?: boolean;
  };
}

export interface LineAtParams {
  readonly uri: string;
  /** Zero-based. */
  readonly line: number;
  /** UTF-16 units from the start of the line: the window goes around it. */
  readonly character: number;
}

/** Every condition must hold; at least one is given. */
export interface FindDeathsParams {
  /** 12 or 64 hexadecimal digits. */
  readonly containerIdPrefix?: string;
  /** One of the names that the client gave itself. */
  readonly name?: string;
  readonly exitCode?: number;
  /** The time written in the line: the nearest deaths first instead of the newest. */
  readonly near?: EpochUs;
}

/** A death as a hover shows it. Texts may be raw: the server escapes them. */
export interface FoundDeath {
  readonly id: string;
  readonly host: string;
  readonly containerName?: string;
  readonly exitCode?: number;
  readonly headline: string;
  readonly certainty: Certainty;
  readonly at: EpochUs;
}

export interface FindDeathsResult {
  /** Best first, at most FOUND_LIMIT. */
  readonly deaths: readonly FoundDeath[];
}

export interface KnownContainer {
  readonly id: string;
  readonly name?: string;
}

export interface KnownContainersResult {
  /** From what the client holds already, at most KNOWN_LIMIT. */
  readonly containers: readonly KnownContainer[];
}

/** Requests of the server to the client. */
export interface LspClientRequests {
  /** `null`: there is no such document or line. Make the answer with `windowAround`. */
  'inquest/lineAt': { params: LineAtParams; result: LineWindow | null };
  'inquest/findDeaths': { params: FindDeathsParams; result: FindDeathsResult };
  'inquest/knownContainers': { params: Readonly<Record<string, never>>; result: KnownContainersResult };
}

export type LspClientMethod = keyof LspClientRequests;

export const LSP_CLIENT_METHODS = [
  'inquest/lineAt',
  'inquest/findDeaths',
  'inquest/knownContainers',
] as const satisfies readonly LspClientMethod[];

export const FOUND_LIMIT = 3;
export const KNOWN_LIMIT = 5_000;

/** How long a hover waits for deaths before it says what holds in general. */
export const DEATHS_TIMEOUT_MS = 300;
/** How long a hover waits for its line. */
export const LINE_TIMEOUT_MS = 1_000;
