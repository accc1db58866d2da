import {
  Candidate,
  candidateFoundation,
  candidatePriority,
  createStunOverTurnClient,
  type RTCIceTransport,
} from 'werift';
import { type MediaWay, type RelayRoute, wayOf } from '../signal/media-routes.js';

/** A handshake of TLS to a server on the other side of the world takes a second; ICE waits two seconds longer. */
const connectPatienceMs = 8_000;
/**
 * A relay forgets within 5 min whom it lets through (RFC 8656, section 9): werift's own 500 s are too long for those that do not count a
 * channel as such.
 */
const channelRefreshSeconds = 240;
/** RFC 8445, section 5.1.2.1: of two relays the one with less in between. */
const localPreferences = { udp: 3, tcp: 2, tls: 1 } as const;

type RelayProtocol = Awaited<ReturnType<typeof createStunOverTurnClient>>;

/** What werift's connection keeps to itself; its own way to a relay is one, and the first to be asked. */
interface ConnectionParts {
  readonly protocols: RelayProtocol[];
  ensureProtocol(protocol: RelayProtocol): void;
  appendLocalCandidate(candidate: Candidate): void;
  pairLocalProtocol(protocol: RelayProtocol): void;
}

/** Ways over TURN servers of one connection: each is an allocation there. The owner calls {@link close}. */
export class Relays {
  readonly #ice: RTCIceTransport;
  readonly #open = new Map<RelayProtocol, MediaWay>();
  #isClosed = false;

  /** @param ice has to outlive it */
  constructor(ice: RTCIceTransport) {
    this.#ice = ice;
  }

  /**
   * Opens a way over each of them, and has it checked. One that does not answer is one way less.
   *
   * @param onOpened a socket is there. Resolves when the last has answered or failed, 16 s later at most; never rejects
   */
  async open(routes: readonly RelayRoute[], onOpened: () => void): Promise<void> {
    await Promise.all(
      routes.map(async (route) => {
        try {
          if (await this.#add(route)) onOpened();
        } catch {
          // It may be blocked, or refuse: whether any way is left shows when connecting.
        }
      }),
    );
  }

  /** By which relay media come now; null when they come without. */
  get way(): MediaWay | null {
    for (const [protocol, way] of this.#open) if (this.#isNominated(protocol)) return way;
    return null;
  }

  /** Gives back all that media do not come by, so that no server keeps ports for nothing. */
  async keepUsed(): Promise<void> {
    for (const protocol of this.#open.keys()) if (!this.#isNominated(protocol)) await this.#remove(protocol);
  }

  /** What still opens is closed when it has. Sockets are closed with the connection. */
  close(): void {
    this.#isClosed = true;
  }

  async #add(route: RelayRoute): Promise<boolean> {
    const { credential: password, host, port, transport, username } = route;
    const protocol = await createStunOverTurnClient(
      { address: [host, port], username, password },
      { transport, connectTimeoutMs: connectPatienceMs },
    );
    const { mappedAddress, relayedAddress } = protocol.turn;
    if (this.#isClosed || !Array.isArray(relayedAddress)) {
      await protocol.close();
      return false;
    }
    // Private there, and no option of the function that makes it.
    Reflect.set(protocol.turn, 'channelRefreshTime', channelRefreshSeconds);
    const { generation, localUsername } = this.#ice.connection;
    const [address, relayedPort] = relayedAddress;
    protocol.localCandidate = new Candidate(
      candidateFoundation('relay', 'udp', `${address} ${transport}`),
      1,
      'udp',
      candidatePriority('relay', { localPreference: localPreferences[transport] }),
      address,
      relayedPort,
      'relay',
      mappedAddress[0],
      mappedAddress[1],
      undefined,
      generation,
      localUsername,
    );
    const parts = this.#parts();
    parts.ensureProtocol(protocol);
    parts.protocols.push(protocol);
    this.#open.set(protocol, wayOf(route));
    parts.appendLocalCandidate(protocol.localCandidate);
    parts.pairLocalProtocol(protocol);
    return true;
  }

  async #remove(protocol: RelayProtocol): Promise<void> {
    this.#open.delete(protocol);
    const { protocols } = this.#parts();
    const index = protocols.indexOf(protocol);
    if (index !== -1) protocols.splice(index, 1);
    await protocol.close();
  }

  #isNominated(protocol: RelayProtocol): boolean {
    return this.#ice.connection.nominated?.protocol === protocol;
  }

  #parts(): ConnectionParts {
    return this.#ice.connection as unknown as ConnectionParts;
  }
}
