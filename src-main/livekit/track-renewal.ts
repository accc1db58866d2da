import type { RemoteTrackPublication, Room } from '@livekit/rtc-node';
import { toPlateauError } from '../contract/errors.js';
import { monotonicUs } from '../pipeline/take-clock.js';
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
/** The same where others are on time, whom it would cost the room. */
const patienceBesideOthersMs = 5_000;
/** A jitter buffer that keeps what comes for less than this is not late, from so long after the burst on: before, its reading is of what came first. */
const onTime = { belowMs: 150, afterMs: 2_000 } as const;

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
  /** Tracks that cannot be subscribed anew and catch up by themselves, and since when; of `performance.now`. */
  readonly #catchingUp = new Map<SubscribedTrack, number>();

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
    for (const { track } of setBack) track.heldBack.stoodStill(monotonicUs());
    if (standstillMs < renewFromMs) {
      for (const { track } of setBack) track.counters.restless();
      return;
    }
    const isForgotten = standstillMs >= forgottenAfterMs && setBack.length > 0;
    if (!isForgotten && !setBack.some(({ track }) => track.wasRenewed)) {
      for (const { track, publication } of setBack) this.#renew(track, publication);
      return;
    }
    this.#giveUp(setBack.map(({ track }) => track));
  }

  /** Until the room is left, what they play out is as much out of time. */
  #giveUp(tracks: readonly SubscribedTrack[]): void {
    for (const track of tracks) {
      if (!track.isRenewing) track.beginRenewal();
      this.#stuck.add(track);
    }
    this.#owner.onStuck();
  }

  /**
   * Begins with tracks of which packets were held back on their way, by the server, a line or their publisher, and came at
   * once; those of one sender go together, and everybody else's are left alone. One that was renewed before is left out until
   * WebRTC has caught up, unless nobody is on time: then the room is joined anew. Called a few times a second.
   *
   * @param tracks all that are subscribed
   */
  beginHeldBack(tracks: Iterable<SubscribedTrack>, room: Room): void {
    this.#judgeCatchingUp();
    const all = [...tracks].filter(({ isRenewing }) => !isRenewing);
    const held = all.filter(({ heldBack }) => heldBack.sinceUs !== null);
    if (held.length === 0) return;
    const senders = new Set(held.map(({ info }) => info.identity));
    for (const { heldBack, info } of all) if (senders.has(info.identity)) heldBack.join();
    const setBack = all.filter(({ heldBack }) => heldBack.sinceUs !== null);
    const isEverybody = all.every(
      ({ heldBack, isMuted }) => isMuted || heldBack.isQuiet || heldBack.sinceUs !== null,
    );
    if (isEverybody && senders.size > 1) for (const { heldBack } of setBack) heldBack.joinEverybody();
    if (isEverybody && setBack.some(({ wasRenewed }) => wasRenewed)) {
      this.#giveUp(setBack);
      return;
    }
    for (const track of setBack) {
      const publication = publicationOf(room, track);
      if (publication === undefined) track.heldBack.restart();
      else if (track.wasRenewed) this.#catchUp(track);
      else this.#renew(track, publication, isEverybody ? patienceMs : patienceBesideOthersMs);
    }
  }

  #catchUp(track: SubscribedTrack): void {
    track.beginRenewal();
    track.counters.restless();
    this.#catchingUp.set(track, performance.now());
  }

  #judgeCatchingUp(): void {
    for (const [track, sinceMs] of this.#catchingUp) {
      const bufferMs = track.statistics?.jitterBufferMs ?? Infinity;
      const isGone = !track.isRenewing || this.#owner.find(track.info.trackSid) !== track;
      const isOnTime = bufferMs < onTime.belowMs && performance.now() - sinceMs >= onTime.afterMs;
      if (!isGone && !isOnTime) continue;
      this.#catchingUp.delete(track);
      if (isGone) continue;
      track.heldBack.restart();
      track.caughtUp();
    }
  }

  #renew(track: SubscribedTrack, publication: RemoteTrackPublication, patience = patienceMs): void {
    if (track.isRenewing) return;
    track.beginRenewal();
    this.#attempt(() => {
      publication.setSubscribed(false);
    });
    this.#later(track, resubscribeAfterMs, () => {
      publication.setSubscribed(true);
    });
    this.#later(track, patience, () => {
      this.#owner.onStuck();
    });
  }

  /** The SDK has given a track up. @returns whether it is being renewed, and nobody need hear of it */
  continue(track: SubscribedTrack | undefined): boolean {
    // One that catches up was not given up by us.
    if (track?.isRenewing !== true || this.#catchingUp.delete(track)) return false;
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

function publicationOf(room: Room, { info }: SubscribedTrack): RemoteTrackPublication | undefined {
  return room.remoteParticipants.get(info.identity)?.trackPublications.get(info.trackSid);
}
