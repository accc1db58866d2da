import { EncryptionType, KeyDerivationFunction } from '@livekit/rtc-ffi-bindings';
import type { Room, RoomOptions } from '@livekit/rtc-node';
import type { MediaKeys } from '../contract/media-keys.js';
import type { DecryptionState } from '../pipeline/decryption-signal.js';
import { type RoomKeyRequests, roomKeyRequests } from './ffi/room-key-requests.js';
import { connectOptions } from './room-session-options.js';

/** A key that was ratcheted is in use within this time, and WebRTC was asked again. */
const tryEveryMs = 600;
/** Before, and after all were tried, the key that was given has its turn: whoever corrects theirs is heard. */
const restMs = 5_000;
/** The SDK makes room for so many keys of each participant. */
const leastRing = 16;

const derivations = { pbkdf2: KeyDerivationFunction.PBKDF2, hkdf: KeyDerivationFunction.HKDF } as const;

/** Of a track, as the search for a key sees it. */
interface DecryptedTrack {
  readonly info: { readonly identity: string };
  /** Null unless it is encrypted. */
  readonly decryption: DecryptionState | null;
}

/** Somebody whose key is looked for. */
interface Search {
  readonly index: number;
  /** What they had when it began to fail. */
  readonly base: Uint8Array;
  steps: number;
  waitMs: number;
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
  async join(room: Room, url: string, token: string): Promise<void> {
    this.#searches.clear();
    this.#requests = null;
    await room.connect(url, token, { ...connectOptions, ...this.options });
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
    for (const [identity, hadKey] of failing) {
      const search = this.#searches.get(identity) ?? this.#begin(identity, hadKey);
      if (search === null) continue;
      search.waitMs -= elapsedMs;
      if (isBusy || search.waitMs > 0) continue;
      isBusy = true;
      try {
        this.#step(identity, search);
      } catch {
        // The room has just gone: its tracks are gone as well, and the next one gets the keys anew.
        this.#requests = null;
      }
    }
  }

  /** Who had a key has another one now; who never had one has most likely mistyped it. */
  #begin(identity: string, hadKey: boolean): Search | null {
    const index = this.#indexOf(identity);
    const base = index === null ? null : (this.#requests?.keyOf(identity, index) ?? null);
    if (index === null || base === null) return null;
    const search = { index, base, steps: 0, waitMs: hadKey ? 0 : restMs };
    this.#searches.set(identity, search);
    return search;
  }

  #step(identity: string, search: Search): void {
    if (search.steps < (this.#keys?.ratchetWindow ?? 0)) {
      this.#requests?.ratchetOf(identity, search.index);
      search.steps += 1;
      search.waitMs = tryEveryMs;
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

/** Whose media fails, nothing of which is decrypted, and whether any was before: a key that fits one track must not be lost for another. */
function failingOf(tracks: Iterable<DecryptedTrack>): Map<string, boolean> {
  const failing = new Map<string, boolean>();
  const decrypted: string[] = [];
  for (const { info, decryption } of tracks) {
    const { identity } = info;
    if (decryption === 'changed') failing.set(identity, true);
    else if (decryption === 'failing') failing.set(identity, failing.get(identity) ?? false);
    else if (decryption === 'decrypted') decrypted.push(identity);
  }
  for (const identity of decrypted) failing.delete(identity);
  return failing;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
