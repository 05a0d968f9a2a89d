/**
 * The whole protocol between an agent and whoever asks it: JSON-RPC 2.0 with Content-Length framing
 * on a Unix socket. One file for both ends; a test fails when one side moves.
 */
import type { CauseId } from './causes.ts';
import type { ContainerIdentity } from './container.ts';
import type { Certainty, Death, DeathEvidence, DeathSummary } from './death.ts';
import type { Health } from './health.ts';
import type { EpochUs } from './time.ts';
import type { VitalsSample } from './vitals.ts';

/** Raised when a client of the version before would misunderstand the agent. */
export const PROTOCOL_VERSION = 1;

export type Capability = 'deaths' | 'subscribe' | 'containers' | 'follow' | 'health' | 'wounds';

export const CAPABILITIES: readonly Capability[] = ['deaths', 'subscribe', 'containers', 'follow', 'health', 'wounds'];

/** What the caller may see: `plain` has no argv and no log lines. */
export type Tier = 'plain' | 'sensitive';

export interface HelloParams {
  readonly protocolVersion: number;
  readonly client: { readonly name: string; readonly version: string };
}

export interface HelloResult {
  readonly protocolVersion: number;
  readonly agentVersion: string;
  readonly host: string;
  readonly bootId: string;
  readonly capabilities: readonly Capability[];
  readonly tier: Tier;
}

/** Every condition must hold. Texts match whole values but `text`, which is searched in names, images and headlines. */
export interface DeathFilter {
  readonly since?: EpochUs;
  readonly until?: EpochUs;
  /** A cause id, or a family such as `oom`. */
  readonly cause?: string;
  /** Container name, or a prefix of its id of at least 4 characters. */
  readonly container?: string;
  readonly image?: string;
  readonly exitCode?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly text?: string;
}

export interface ListParams {
  readonly filter?: DeathFilter;
  /** Deaths when absent: who does not know of wounds gets none. Needs the capability `wounds`. */
  readonly what?: 'deaths' | 'wounds' | 'all';
  /** 1 to 500; 100 when absent. */
  readonly limit?: number;
  /** Continue a list: `nextCursor` of the page before. */
  readonly cursor?: number;
  /** Only what is new or revised after this change number, oldest change first. */
  readonly changedAfter?: number;
}

export interface ListResult {
  readonly deaths: readonly DeathSummary[];
  readonly nextCursor?: number;
  /** The newest change number of the store when the page was read. */
  readonly lastChange: number;
}

export interface GetParams {
  readonly id: string;
}

export interface ExplainParams {
  /** Container name, prefix of a container id, or death id. */
  readonly query: string;
  /** Wait up to so many milliseconds (at most 10,000) for late evidence of a fresh death. */
  readonly settleMs?: number;
}

export interface DeathResult {
  readonly death: Death;
}

export interface SubscribeParams {
  /** Announce everything after this change number at once; from now on when absent. */
  readonly after?: number;
  /** Announce wounds, too. Needs the capability `wounds`. */
  readonly wounds?: boolean;
}

export interface SubscribeResult {
  readonly lastChange: number;
}

/** Says that a change exists; what it is, `deaths/list` tells. Losing one loses nothing. */
export interface ChangedParams {
  readonly change: number;
  readonly id: string;
  readonly cause: CauseId;
  readonly certainty: Certainty;
  readonly revision: number;
  /** It is a wound. Told only to whoever asked for wounds. */
  readonly wound?: true;
}

export interface LiveContainer {
  readonly identity: ContainerIdentity;
  readonly vitals: VitalsSample | undefined;
}

export interface ContainersResult {
  readonly containers: readonly LiveContainer[];
}

export interface FollowParams {
  /** Name or id prefix of a running container. */
  readonly container: string;
}

export interface FollowResult {
  readonly containerId: string;
}

export interface EventParams {
  readonly containerId: string;
  readonly evidence: DeathEvidence;
  /** Events left out before this one because the client read too slowly. */
  readonly skipped: number;
}

export interface UnfollowParams {
  readonly containerId: string;
}

/** The client read too slowly: nothing more will be pushed until it lists again from `change`. */
export interface ResyncParams {
  readonly change: number;
}

export type Empty = Readonly<Record<string, never>>;

/** Requests: parameters and result by method. */
export interface Requests {
  'inquest/hello': { params: HelloParams; result: HelloResult };
  'inquest/health': { params: Empty; result: Health };
  'deaths/list': { params: ListParams; result: ListResult };
  'deaths/get': { params: GetParams; result: DeathResult };
  'deaths/explain': { params: ExplainParams; result: DeathResult };
  'deaths/subscribe': { params: SubscribeParams; result: SubscribeResult };
  'deaths/unsubscribe': { params: Empty; result: Empty };
  'containers/list': { params: Empty; result: ContainersResult };
  'containers/follow': { params: FollowParams; result: FollowResult };
  'containers/unfollow': { params: UnfollowParams; result: Empty };
}

/** Notifications from the agent, by method. */
export interface Notifications {
  'deaths/changed': ChangedParams;
  'deaths/resync': ResyncParams;
  'containers/event': EventParams;
}

export type RequestMethod = keyof Requests;
export type NotificationMethod = keyof Notifications;

/** Error codes of ours, in the range JSON-RPC leaves to implementations. */
export const RpcError = {
  NotFound: -32_001,
  Ambiguous: -32_002,
  StillRunning: -32_003,
  Incompatible: -32_004,
  TooManyRequests: -32_005,
  StoreUnavailable: -32_006,
  NotPermitted: -32_007,
  /** The answer would be larger than a message may be: ask for less. */
  TooLarge: -32_008,
} as const;

/** `data` of an Incompatible error. */
export interface IncompatibleData {
  /** What the agent speaks. */
  readonly protocolVersion: number;
}

/** `data` of a NotFound error. */
export interface NotFoundData {
  /** A container of that name runs and has not died. */
  readonly running: boolean;
  /** Names that come near, best first. Raw: escape where shown. */
  readonly closest: readonly string[];
}

export interface Candidate {
  readonly containerId: string;
  readonly name: string | undefined;
  readonly lastDeathAt: EpochUs | undefined;
}

/** `data` of an Ambiguous error. */
export interface AmbiguousData {
  readonly candidates: readonly Candidate[];
}

/** `data` of a StillRunning error: the container runs and no death of it is known. */
export interface StillRunningData {
  readonly containerId: string;
  readonly name: string | undefined;
}

export const LIMITS = {
  inboundMessageBytes: 64 * 1_024,
  outboundMessageBytes: 1_024 * 1_024,
  jsonDepth: 16,
  pageSize: 500,
  defaultPageSize: 100,
  requestsInFlight: 32,
  connections: 64,
  connectionsPerUid: 8,
  batch: 16,
  firstByteMs: 5_000,
  messageMs: 10_000,
  slowReaderBytes: 1_024 * 1_024,
  cutReaderBytes: 4 * 1_024 * 1_024,
  cutReaderMs: 30_000,
} as const;
