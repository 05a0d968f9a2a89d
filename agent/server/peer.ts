import type { Socket } from 'node:net';
import type { Tier } from '../domain/protocol.ts';

/** Who is at the other end of a Unix socket, as the kernel says (SO_PEERCRED, SO_PEERGROUPS). */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** Throws when the kernel does not say. `fd` is the descriptor of a connected Unix socket. */
export type ReadPeerCredentials = (fd: number) => PeerCredentials;

/**
 * The descriptor of a connected socket. Node.js has it only on an internal handle; where a version
 * hides it, the answer is `undefined` and the connection is refused.
 */
export function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return undefined;
  const { fd } = handle;
  return typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 ? fd : undefined;
}

export interface TierPolicy {
  readonly ownUid: number;
  /** Absent when the host has no such group. */
  readonly sensitiveGid: number | undefined;
}

const ROOT = 0;

/** root, the agent's own user and the members of one group may see argv and log lines. */
export function tierOf(peer: PeerCredentials, { ownUid, sensitiveGid }: TierPolicy): Tier {
  if (peer.uid === ROOT || peer.uid === ownUid) return 'sensitive';
  if (sensitiveGid === undefined) return 'plain';
  return peer.gid === sensitiveGid || peer.groups.includes(sensitiveGid) ? 'sensitive' : 'plain';
}
