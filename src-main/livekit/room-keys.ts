import { EncryptionType, KeyDerivationFunction } from '@livekit/rtc-ffi-bindings';
import type { Room, RoomOptions } from '@livekit/rtc-node';
import type { MediaKeys } from '../contract/media-keys.js';
import type { DecryptionState } from '../pipeline/decryption-signal.js';
import { type RoomKeyRequests, roomKeyRequests } from './ffi/room-key-requests.js';

/**
 * A key has so long, and so many packets, to show that it fits. A video begins with a key frame, which its publisher has to
 * be asked for.
 */
const trials = { audio: { ms: 600, packets: 25 }, video: { ms: 4_000, packets: 5 } } as const;
/** Before, and after all were tried, the key that was given has its turn: whoever corrects theirs is heard. */
const restMs = 5_000;
/** The SDK makes room for so many keys of each participant. */
const leastRing = 16;

const derivations = { pbkdf2: KeyDerivationFunction.PBKDF2, hkdf: KeyDerivationFunction.HKDF } as const;

/** Of a track, as the search for a key sees it. */
interface DecryptedTrack {
  readonly info: { readonly identity: string; readonly kind: 'audio' | 'video' };
  /** Null unless it is encrypted. */
  readonly decryption: { readonly state: DecryptionState; readonly undecryptedPackets: number } | null;
}

/** Somebody whose key is looked for. */
interface Search {
  readonly index: number;
  /** What they had when it began to fail. */
  readonly base: Uint8Array;
  steps: number;
  waitMs: number;
  /** Packets that nothing came of, when the latest key was set; and at the first word of WebRTC after that. */
  packetsAtStep: number;
  packetsAfterStep: number | null;
}

/** Of whom nothing is decrypted. */
interface Failing {
  readonly hadKey: boolean;
  /** Of one of their tracks; of a microphone, where they have one: it needs no key frame. */
  readonly kind: 'audio' | 'video';
  readonly packets: number;
}

/**
 * The keys of one room. The SDK's own search for a ratcheted key is left off: it derives up to sixteen keys for every
 * frame that fails, 25 ms each, on a queue without a limit, and whoever types a wrong passphrase would fill it. Here one
 * key is derived at a time, and only for somebody of whom nothing else is decrypted.
 */
export class RoomKeys {
  readonly #keys: MediaKeys | null;
  readonly #requestsOf: (room: Room) => RoomKeyRequests;
  readonly #searches = new Map<string, Search>();
  #requests: RoomKeyRequests | null = null;

  /** @param requestsOf tests hand in rooms without an SDK */
  constructor(keys: MediaKeys | null, requestsOf: (room: Room) => RoomKeyRequests = roomKeyRequests) {
    this.#keys = keys;
    this.#requestsOf = requestsOf;
  }

  /** What a room is joined with for it. */
  get options(): Pick<RoomOptions, 'encryption'> {
    const keys = this.#keys;
    if (keys === null) return {};
    const shared = keys.keys.find(({ participant }) => participant === null);
    return {
      encryption: {
        encryptionType: EncryptionType.GCM,
        keyProviderOptions: {
          ...(shared !== undefined && { sharedKey: bytesOf(shared.secret) }),
          ratchetSalt: new TextEncoder().encode(keys.salt),
          ratchetWindowSize: 0,
          // Never gives a key up: with a limit, the frames that ever failed count, however long the take is.
          failureTolerance: -1,
          keyRingSize: Math.max(leastRing, ...keys.keys.map(({ index }) => index + 1)),
          keyDerivationFunction: derivations[keys.derivation],
        },
      },
    };
  }

  /**
   * Joins a room with its keys, before anything is subscribed. Each derives the key of a cipher, 25 ms.
   *
   * @throws Error of the SDK
   */
  async join(room: Room, url: string, token: string, options: RoomOptions): Promise<void> {
    this.#searches.clear();
    this.#requests = null;
    await room.connect(url, token, { ...options, ...this.options });
    if (this.#keys === null) return;
    const requests = this.#requestsOf(room);
    // Shared ones first: they are everybody's, also of those who have one of their own.
    for (const { participant, index, secret } of this.#keys.keys) {
      if (participant === null) requests.setShared(index, bytesOf(secret));
    }
    for (const { participant, index, secret } of this.#keys.keys) {
      if (participant !== null) requests.setOf(participant, index, bytesOf(secret));
    }
    this.#requests = requests;
  }

  /**
   * Called a few times a second: where somebody's media is not decrypted any more, their key may have been ratcheted. The
   * next ones are tried, one at a call. A room that is gone is asked once.
   */
  tryNext(elapsedMs: number, tracks: Iterable<DecryptedTrack>): void {
    if (this.#keys === null || this.#requests === null) return;
    const failing = failingOf(tracks);
    for (const identity of this.#searches.keys()) {
      // What is found is the key from now on.
      if (!failing.has(identity)) this.#searches.delete(identity);
    }
    let isBusy = false;
    for (const [identity, now] of failing) {
      const search = this.#searches.get(identity) ?? this.#begin(identity, now);
      if (search === null) continue;
      search.waitMs -= elapsedMs;
      if (isBusy || !isTried(search, now)) continue;
      isBusy = true;
      try {
        this.#step(identity, search, now);
      } catch {
        // The room has just gone: its tracks are gone as well, and the next one gets the keys anew.
        this.#requests = null;
      }
    }
  }

  /** Who had a key has another one now; who never had one has most likely mistyped it. */
  #begin(identity: string, { hadKey }: Failing): Search | null {
    const index = this.#indexOf(identity);
    const base = index === null ? null : (this.#requests?.keyOf(identity, index) ?? null);
    if (index === null || base === null) return null;
    const trial = { packetsAtStep: 0, packetsAfterStep: 0 };
    const search = { index, base, steps: 0, waitMs: hadKey ? 0 : restMs, ...trial };
    this.#searches.set(identity, search);
    return search;
  }

  #step(identity: string, search: Search, { kind, packets }: Failing): void {
    search.packetsAtStep = packets;
    search.packetsAfterStep = null;
    if (search.steps < (this.#keys?.ratchetWindow ?? 0)) {
      this.#requests?.ratchetOf(identity, search.index);
      search.steps += 1;
      search.waitMs = trials[kind].ms;
    } else {
      if (search.steps > 0) this.#requests?.setOf(identity, search.index, search.base);
      search.steps = 0;
      search.waitMs = restMs;
    }
  }

  /** Of several keys nobody knows which is in use; a publisher that has several goes on to the next instead. */
  #indexOf(identity: string): number | null {
    const all = this.#keys?.keys ?? [];
    const own = all.filter(({ participant }) => participant === identity);
    const [key, ...others] = own.length > 0 ? own : all.filter(({ participant }) => participant === null);
    return key === undefined || others.length > 0 ? null : key.index;
  }
}

/** Whether the latest key has had its chance: what WebRTC says late may be of the time before it. */
function isTried(search: Search, { kind, packets }: Failing): boolean {
  if (packets !== search.packetsAtStep) search.packetsAfterStep ??= packets;
  if (search.waitMs > 0 || search.packetsAfterStep === null) return false;
  return packets - search.packetsAfterStep >= trials[kind].packets;
}

/** Whose media fails, and nothing of which is decrypted: a key that fits one track must not be lost for another. */
function failingOf(tracks: Iterable<DecryptedTrack>): Map<string, Failing> {
  const failing = new Map<string, Failing>();
  const decrypted: string[] = [];
  for (const { info, decryption } of tracks) {
    const { identity, kind } = info;
    if (decryption?.state === 'decrypted') decrypted.push(identity);
    if (decryption?.state !== 'changed' && decryption?.state !== 'failing') continue;
    const other = failing.get(identity);
    const hadKey = decryption.state === 'changed' || other?.hadKey === true;
    const isBetter = other === undefined || (kind === 'audio' && other.kind === 'video');
    const track = isBetter ? { kind, packets: decryption.undecryptedPackets } : other;
    failing.set(identity, { ...track, hadKey });
  }
  for (const identity of decrypted) failing.delete(identity);
  return failing;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
