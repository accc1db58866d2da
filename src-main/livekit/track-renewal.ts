import type { RemoteTrackPublication, Room } from '@livekit/rtc-node';
import { toPlateauError } from '../contract/errors.js';
import type { SubscribedTrack } from './remote-track.js';

/**
 * How long a standstill is after which a track is subscribed anew, which costs all of it and half a second. A camera shakes
 * off less by itself, and of a microphone nothing is missing: what waited is played out later, and NetEq catches up by a
 * tenth of the time. From a second on it squeezes by two fifths, and what has waited has no place in its buffers (measured).
 */
export const renewFromMs = 1000;
/** Sooner, and the server has not taken the track away yet: it goes on as it was, and the SDK names no new one. */
const resubscribeAfterMs = 200;
/** The server lets go of who says nothing for 15 s, and the SDK takes a second and a half to notice: leave at once. */
const forgottenAfterMs = 10_000;
/** On a busy machine it takes half a second. */
const patienceMs = 1_500;

/** What a renewal asks of whoever owns the tracks. */
export interface RenewalOwner {
  /** The track of that publication, as long as it is wanted. */
  find(trackSid: string): SubscribedTrack | undefined;
  /** It cannot be subscribed anew: the whole connection has to be. */
  onStuck(): void;
  onError(error: ReturnType<typeof toPlateauError>): void;
}

/**
 * Subscribes tracks anew after the process stood still. What WebRTC plays out then is late by as much, and it catches up
 * by squeezing audio and leaving frames out, for ten seconds and more. A fresh subscription takes half a second.
 */
export class TrackRenewal {
  readonly #owner: RenewalOwner;
  /** Tracks that the room is left for. */
  readonly #stuck = new WeakSet<SubscribedTrack>();

  constructor(owner: RenewalOwner) {
    this.#owner = owner;
  }

  /**
   * Begins with every track that a standstill of this length has set back.
   *
   * The SDK names no new track when one is subscribed for the third time (rtc-node 1.1.0, measured).
   */
  begin(standstillMs: number, room: Room): void {
    const setBack = [...room.remoteParticipants.values()]
      .flatMap(({ trackPublications }) => [...trackPublications.values()])
      .flatMap((publication) => {
        const track = this.#owner.find(publication.sid ?? '');
        return track === undefined ? [] : [{ track, publication }];
      });
    if (standstillMs < renewFromMs) {
      for (const { track } of setBack) track.stoodStill();
      return;
    }
    const isForgotten = standstillMs >= forgottenAfterMs && setBack.length > 0;
    if (!isForgotten && !setBack.some(({ track }) => track.wasRenewed)) {
      for (const { track, publication } of setBack) this.#renew(track, publication);
      return;
    }
    // Until the room is left, what they play out is as much out of time.
    for (const { track } of setBack) {
      if (!track.isRenewing) track.beginRenewal();
      this.#stuck.add(track);
    }
    this.#owner.onStuck();
  }

  #renew(track: SubscribedTrack, publication: RemoteTrackPublication): void {
    if (track.isRenewing) return;
    track.beginRenewal();
    this.#attempt(() => {
      publication.setSubscribed(false);
    });
    this.#later(track, resubscribeAfterMs, () => {
      publication.setSubscribed(true);
    });
    this.#later(track, patienceMs, () => {
      this.#owner.onStuck();
    });
  }

  /** The SDK has given a track up. @returns whether it is being renewed, and nobody need hear of it */
  continue(track: SubscribedTrack | undefined): boolean {
    if (track?.isRenewing !== true) return false;
    track.suspend();
    return true;
  }

  /** When the track is still the one that is waited for. */
  #later(track: SubscribedTrack, afterMs: number, request: () => void): void {
    setTimeout(() => {
      if (track.isRenewing && !this.#stuck.has(track) && this.#owner.find(track.info.trackSid) === track)
        this.#attempt(request);
    }, afterMs).unref();
  }

  /** A publication may be gone by now: that ends by itself. */
  #attempt(request: () => void): void {
    try {
      request();
    } catch (thrown) {
      this.#owner.onError(toPlateauError(thrown));
    }
  }
}
