import type { RTCIceTransport } from 'werift';
import {
  type MediaRoutes,
  type MediaWay,
  noMediaPath,
  type RelayRoute,
  wayOf,
} from '../signal/media-routes.js';
import { within } from '../signal/within.js';
import { addRemoteCandidate, candidateText, isTcpCandidate } from './ice.js';
import { Relays } from './relays.js';

/**
 * Datagrams to the server itself are answered within a round trip where they can be. Only then TCP and relays are tried: a
 * relay keeps ports for whoever asks, and TCP waits for what it loses.
 */
const directPatienceMs = 1_000;
/** A relay that datagrams reach is better than one within TCP, which is tried when the former has had as long as the server. */
const datagramPatienceMs = 2_000;

/** Looks for a way to the server: itself over UDP at first, then whatever else there is. The owner calls {@link close}. */
export class WaySearch {
  /** What the server said last. */
  routes: MediaRoutes;
  readonly #ice: RTCIceTransport;
  readonly #relays: Relays;
  readonly #onSocket: () => void;
  readonly #candidates = new Set<string>();
  /** Of TCP: they wait until UDP has had its time. */
  readonly #held = new Set<string>();
  readonly #tried = new Set<MediaWay>();
  #timers: readonly NodeJS.Timeout[] = [];
  #isWide = false;
  #isClosed = false;
  #candidateCame: (() => void) | null = null;

  /** @param onSocket one was opened that media may come over */
  constructor(ice: RTCIceTransport, routes: MediaRoutes, onSocket: () => void) {
    this.#ice = ice;
    this.routes = routes;
    this.#relays = new Relays(ice);
    this.#onSocket = onSocket;
  }

  /** What media come by; null before a way was found. */
  get way(): MediaWay | null {
    const pair = this.#ice.connection.nominated;
    if (pair === undefined) return null;
    return this.#relays.way ?? (isTcpCandidate(pair.localCandidate.toSdp()) ? 'tcp' : 'udp');
  }

  /**
   * The server restarts ICE: its candidates are those to come, and those that came before its offer.
   *
   * @returns the latter, for {@link add} once ICE knows of the restart
   */
  beginAnew(username: string): readonly string[] {
    const early = [...this.#candidates, ...this.#held].filter((text) => usernameIn(text) === username);
    this.#candidates.clear();
    this.#held.clear();
    this.#tried.clear();
    this.#isWide = false;
    return early;
  }

  /** A candidate of the server; one that cannot be read or used is ignored. @param candidate as after `a=candidate:` */
  add(candidate: string): void {
    const text = candidateText(candidate);
    if (this.#candidates.has(text)) return;
    if (isTcpCandidate(text) && !this.#isWide) this.#held.add(text);
    else this.#use(text);
  }

  /**
   * Resolves when a way was found. Relays that media do not come by are given back.
   *
   * @throws PlateauError `noMediaPath` when the time is over
   */
  async find(limitMs: number): Promise<void> {
    const { isRelayForced, relays } = this.routes;
    const later: RelayRoute[] = relays.filter(({ transport }) => transport !== 'udp');
    const sooner = relays.filter(({ transport }) => transport === 'udp');
    if (!isRelayForced) this.#tried.add('udp');
    this.#timers = [
      setTimeout(() => this.#widen(sooner), isRelayForced ? 0 : directPatienceMs),
      setTimeout(() => this.#open(later), isRelayForced ? 0 : datagramPatienceMs),
    ];
    try {
      const found = this.#oneCandidate().then(() => this.#ice.start());
      await within(limitMs, 'connecting to the media port', found);
    } catch {
      throw noMediaPath([...this.#tried], limitMs);
    } finally {
      this.#stopTimers();
    }
    await this.#relays.keepUsed();
  }

  /** Ends a search. Sockets are closed with the connection. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimers();
    this.#relays.close();
  }

  #widen(relays: readonly RelayRoute[]): void {
    this.#isWide = true;
    for (const candidate of this.#held) this.#use(candidate);
    this.#open(relays);
  }

  #open(relays: readonly RelayRoute[]): void {
    if (this.#isClosed) return;
    for (const relay of relays) this.#tried.add(wayOf(relay));
    void this.#relays.open(relays, this.#onSocket);
  }

  #use(candidate: string): void {
    if (!addRemoteCandidate(this.#ice, candidate)) return;
    if (isTcpCandidate(candidate) && !this.routes.isRelayForced) this.#tried.add('tcp');
    this.#candidates.add(candidate);
    this.#candidateCame?.();
  }

  /** Checks without one to check would have failed. */
  async #oneCandidate(): Promise<void> {
    if (this.#candidates.size > 0) return;
    await new Promise<void>((resolve) => {
      this.#candidateCame = resolve;
    });
    this.#candidateCame = null;
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** RFC 8839, section 5.1: an extension, by which a candidate says of which ICE session it is. */
function usernameIn(candidate: string): string | null {
  return / ufrag (\S+)/.exec(candidate)?.[1] ?? null;
}
