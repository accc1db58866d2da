import { hasKeyFor, type MediaKeys } from '../../contract/media-keys.js';
import type { FrameDecryption } from '../contract.js';
import { type DerivedKey, deriveKey } from './derived-key.js';
import { KeyChain } from './key-chain.js';
import { type SealedFrame, sealedFrame, withoutMetadata } from './sealed-frame.js';

/** So many people are remembered with how far they have ratcheted their keys; who comes after them begins anew. */
const mostPeople = 1_024;

/** One of the keys that were given. */
interface GivenKey {
  readonly participant: string | null;
  readonly index: number;
  readonly key: DerivedKey;
}

/** The keys of a room, in the process that receives: of everybody, and of those who have their own. They are never told. */
export class RoomDecryption {
  readonly #keys: MediaKeys;
  readonly #given: readonly GivenKey[];
  readonly #people = new Map<string, PersonKeys>();

  private constructor(keys: MediaKeys, given: readonly GivenKey[]) {
    this.#keys = keys;
    this.#given = given;
  }

  /** Derives the keys of the cipher: 25 ms each on other threads, 256 of them at most. */
  static async from(keys: MediaKeys): Promise<RoomDecryption> {
    const given = await Promise.all(
      keys.keys.map(async ({ index, participant, secret }) => ({
        ...{ participant, index, key: await deriveKey(Buffer.from(secret, 'base64'), keys) },
      })),
    );
    return new RoomDecryption(keys, given);
  }

  /** Whether there is a key of theirs, or one of everybody. */
  hasKeyFor(identity: string): boolean {
    return hasKeyFor(this.#keys, identity);
  }

  /**
   * What a track of somebody is decrypted with.
   *
   * @param serverTrailer what ends each frame that the server puts in place of theirs; it has another one after each join
   */
  of(identity: string, serverTrailer: () => Uint8Array): FrameDecryption {
    const keys = this.#people.get(identity) ?? this.#remember(identity);
    return new TrackDecryption(keys, serverTrailer);
  }

  #remember(identity: string): PersonKeys {
    const [oldest] = this.#people.keys();
    if (this.#people.size >= mostPeople && oldest !== undefined) this.#people.delete(oldest);
    const keys = new PersonKeys(this.#keys, (index) => this.#find(identity, index));
    this.#people.set(identity, keys);
    return keys;
  }

  /** Their own comes first; of the same index the last one counts. */
  #find(identity: string, index: number): DerivedKey | null {
    const fitting = (whose: string | null): DerivedKey | undefined =>
      this.#given.findLast((one) => one.participant === whose && one.index === index)?.key;
    return fitting(identity) ?? fitting(null) ?? null;
  }
}

/** The keys of one participant, for all of their tracks. */
class PersonKeys {
  readonly #keys: MediaKeys;
  readonly #find: (index: number) => DerivedKey | null;
  readonly #chains = new Map<number, KeyChain | null>();

  constructor(keys: MediaKeys, find: (index: number) => DerivedKey | null) {
    this.#keys = keys;
    this.#find = find;
  }

  open(frame: SealedFrame): Buffer | null {
    const { keyIndex } = frame;
    let chain = this.#chains.get(keyIndex);
    if (chain === undefined) {
      const key = this.#find(keyIndex);
      chain = key === null ? null : new KeyChain(key, this.#keys, this.#keys.ratchetWindow);
      this.#chains.set(keyIndex, chain);
    }
    return chain?.open(frame) ?? null;
  }
}

/** The frames of one track. */
class TrackDecryption implements FrameDecryption {
  readonly #keys: PersonKeys;
  readonly #serverTrailer: () => Uint8Array;

  constructor(keys: PersonKeys, serverTrailer: () => Uint8Array) {
    this.#keys = keys;
    this.#serverTrailer = serverTrailer;
  }

  /** As {@link FrameDecryption.ownPart}. */
  ownPart(frame: Buffer): Buffer | null {
    const trailer = this.#serverTrailer();
    const isFromServer = trailer.length > 0 && frame.subarray(-trailer.length).equals(trailer);
    return isFromServer ? null : withoutMetadata(frame);
  }

  /** As {@link FrameDecryption.decrypt}. */
  decrypt(frame: Buffer, clearBytes: number, authenticated?: Buffer): Buffer | null {
    const sealed = sealedFrame(frame, clearBytes, authenticated);
    const opened = sealed === null ? null : this.#keys.open(sealed);
    if (opened === null) return null;
    opened.copy(frame, clearBytes);
    return frame.subarray(0, clearBytes + opened.length);
  }
}
