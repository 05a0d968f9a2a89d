import type { Socket } from 'node:net';
import { errorCode, messageOf } from '../domain/errors.ts';
import type { AgentApi } from './api.ts';
import { Doors } from './doors.ts';
import { DEFAULT_LIMITS, type ServerLimits } from './limits.ts';
import { descriptorOf, tierOf, type PeerCredentials, type ReadPeerCredentials, type TierPolicy } from './peer.ts';
import { REFUSALS } from './replies.ts';
import { Session } from './session.ts';

export interface HouseOptions {
  readonly peerCredentials: ReadPeerCredentials;
  /** What went wrong without stopping the server, for the log. Called with our own failures, never with input. */
  readonly report: (message: string, error?: unknown) => void;
  readonly limits?: Partial<ServerLimits>;
}

/** The connections that are open. */
export class House {
  readonly #options: HouseOptions;
  readonly #api: AgentApi;
  readonly #policy: TierPolicy;
  readonly #limits: ServerLimits;
  readonly #doors: Doors;
  readonly #sessions = new Set<Session>();

  constructor(options: HouseOptions, api: AgentApi, policy: TierPolicy) {
    this.#options = options;
    this.#api = api;
    this.#policy = policy;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#doors = new Doors(this.#limits);
  }

  get connections(): number {
    return this.#doors.inside;
  }

  receive(socket: Socket): void {
    const peer = this.#identify(socket);
    const objection = peer === undefined ? REFUSALS.noCredentials : this.#doors.objection(peer.uid);
    if (peer === undefined || objection !== undefined) {
      this.#doors.turnAway(socket, objection ?? REFUSALS.noCredentials);
      return;
    }
    this.#doors.enter(peer.uid);
    const session = new Session(socket, {
      api: this.#api,
      limits: this.#limits,
      tier: tierOf(peer, this.#policy),
      connections: () => this.#doors.inside,
      report: (error) => {
        this.#options.report(`A connection failed: ${messageOf(error)}`, error);
      },
    });
    this.#sessions.add(session);
    socket.on('close', () => {
      this.#sessions.delete(session);
      this.#doors.leave(peer.uid);
    });
    session.start();
  }

  close(): void {
    this.#doors.close();
    for (const session of this.#sessions) session.end();
  }

  #identify(socket: Socket): PeerCredentials | undefined {
    const fd = descriptorOf(socket);
    if (fd === undefined) {
      this.#options.report('This Node.js does not tell the descriptor of a socket: every connection is refused');
      return undefined;
    }
    try {
      return this.#options.peerCredentials(fd);
    } catch (error) {
      // A peer that is gone already is no failure of ours.
      if (errorCode(error) !== 'ENOTCONN') this.#options.report('Peer credentials could not be read', error);
      return undefined;
    }
  }
}
