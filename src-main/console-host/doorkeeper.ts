import type { Socket } from 'node:net';

/** How many connections of strangers are held, and for how long. */
export interface DoorLimits {
  /** Connections of one address that have not shown a key. */
  readonly strangersPerAddress: number;
  /** The same over all addresses. */
  readonly strangers: number;
  /** From the connection, or a request's first byte, to the end of its headers, in milliseconds. */
  readonly headersWithinMs: number;
  /** From a request's headers until its answer was taken, for strangers, in milliseconds. */
  readonly answerTakenWithinMs: number;
  /** Between two requests of one connection, in milliseconds. */
  readonly idleMs: number;
  /** How often the deadlines are looked at, in milliseconds. */
  readonly checkEveryMs: number;
}

/**
 * Few enough for the least limit of open files that Plateau accepts (128), and far more than a page takes: a browser opens
 * six connections to one host.
 */
export const doorLimits: DoorLimits = {
  strangersPerAddress: 32,
  strangers: 64,
  headersWithinMs: 5_000,
  answerTakenWithinMs: 30_000,
  idleMs: 5_000,
  checkEveryMs: 1_000,
};

interface Stranger {
  readonly address: string;
  /** When the answer that is under way was asked for; null between requests. */
  askedAtMs: number | null;
}

/**
 * Keeps a place free at the door. Whoever has shown a key is no stranger and is never counted here. Of strangers the one
 * that has waited longest goes when a further one comes, so that nobody can lock the owner out by holding connections.
 */
export class Doorkeeper {
  readonly #limits: DoorLimits;
  /** In the order in which they came. */
  readonly #strangers = new Map<Socket, Stranger>();
  readonly #addresses = new WeakMap<Socket, string>();

  constructor(limits: DoorLimits) {
    this.#limits = limits;
  }

  /** Connections that have not shown a key. */
  get strangers(): number {
    return this.#strangers.size;
  }

  /** A connection came. Ends an older one when there are too many. */
  arrived(socket: Socket): void {
    // Asked now: of a connection that has ended it is not known any more.
    this.#addresses.set(socket, socket.remoteAddress ?? '');
    socket.once('close', () => this.#strangers.delete(socket));
    this.#enter(socket);
  }

  /** It has shown a key. */
  admitted(socket: Socket): void {
    this.#strangers.delete(socket);
  }

  /** What it showed a key for is done: the next request has to show one again. */
  returned(socket: Socket): void {
    if (!socket.destroyed && this.#addresses.has(socket)) this.#enter(socket);
  }

  /** A stranger has asked for something. */
  asked(socket: Socket, nowMs: number): void {
    const stranger = this.#strangers.get(socket);
    if (stranger !== undefined) stranger.askedAtMs = nowMs;
  }

  /** The answer has left. */
  answered(socket: Socket): void {
    const stranger = this.#strangers.get(socket);
    if (stranger !== undefined) stranger.askedAtMs = null;
  }

  /** Ends strangers that do not take what they asked for. Called every some seconds. */
  endOverdue(nowMs: number): void {
    for (const [socket, { askedAtMs }] of this.#strangers)
      if (askedAtMs !== null && nowMs - askedAtMs > this.#limits.answerTakenWithinMs) socket.destroy();
  }

  #enter(socket: Socket): void {
    const address = this.#addresses.get(socket) ?? '';
    this.#strangers.set(socket, { address, askedAtMs: null });
    const ofAddress = [...this.#strangers].filter(([, stranger]) => stranger.address === address);
    if (ofAddress.length > this.#limits.strangersPerAddress) endOne(ofAddress, socket);
    else if (this.#strangers.size > this.#limits.strangers) endOne(this.#ofBusiestAddress(), socket);
  }

  /** The connections of whoever holds most of them: others must not pay for it. */
  #ofBusiestAddress(): [Socket, Stranger][] {
    const groups = new Map<string, [Socket, Stranger][]>();
    for (const entry of this.#strangers) {
      const group = groups.get(entry[1].address);
      if (group === undefined) groups.set(entry[1].address, [entry]);
      else group.push(entry);
    }
    return [...groups.values()].reduce((most, group) => (group.length > most.length ? group : most), []);
  }
}

/** Ends the one that waited longest; of them all rather one that has asked for nothing. */
function endOne(entries: readonly [Socket, Stranger][], newcomer: Socket): void {
  const others = entries.filter(([socket]) => socket !== newcomer);
  const [oldest] = others.find(([, { askedAtMs }]) => askedAtMs === null) ?? others[0] ?? [newcomer];
  oldest.destroy();
}
