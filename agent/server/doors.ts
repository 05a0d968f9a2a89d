import type { Socket } from 'node:net';
import type { ServerLimits } from './limits.ts';
import { encodeFrame } from './frame.ts';
import { errorResponse, REFUSALS, type Refusal } from './replies.ts';

/** Counts who is in and turns away who is too many. */
export class Doors {
  readonly #limits: ServerLimits;
  readonly #byUid = new Map<number, number>();
  readonly #turnedAway = new Set<Socket>();
  #inside = 0;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  get inside(): number {
    return this.#inside;
  }

  /** Why nobody more may come in from this user. */
  objection(uid: number): Refusal | undefined {
    if (this.#inside >= this.#limits.connections) return REFUSALS.connections;
    if ((this.#byUid.get(uid) ?? 0) >= this.#limits.connectionsPerUid) return REFUSALS.connectionsOfUser;
    return undefined;
  }

  enter(uid: number): void {
    this.#inside += 1;
    this.#byUid.set(uid, (this.#byUid.get(uid) ?? 0) + 1);
  }

  leave(uid: number): void {
    this.#inside -= 1;
    const left = (this.#byUid.get(uid) ?? 1) - 1;
    if (left === 0) this.#byUid.delete(uid);
    else this.#byUid.set(uid, left);
  }

  /**
   * Tells a peer why it may not come in, and hangs up. What it sends is read and thrown away: closing
   * a Unix socket with unread input makes the peer lose what we told it.
   */
  turnAway(socket: Socket, refusal: Refusal): void {
    if (this.#turnedAway.size >= this.#limits.farewells) {
      socket.destroy();
      return;
    }
    this.#turnedAway.add(socket);
    const patience = setTimeout(() => {
      socket.destroy();
    }, this.#limits.farewellMs);
    socket.on('error', () => {
      // It left without listening; 'close' follows.
      socket.destroy();
    });
    socket.on('close', () => {
      clearTimeout(patience);
      this.#turnedAway.delete(socket);
    });
    socket.resume();
    socket.end(encodeFrame(JSON.stringify(errorResponse(null, refusal))));
  }

  /** Ends the farewells that are under way. */
  close(): void {
    for (const socket of this.#turnedAway) socket.destroy();
  }
}
