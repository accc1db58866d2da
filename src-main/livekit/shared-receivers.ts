import type { TrackCounters } from './ffi/track-counters.js';
import type { TrackStatistics } from './ffi/track-statistics.js';
import type { PublicationInfo } from './publication-info.js';

/** WebRTC is asked once a second for packets: a track of which none is known for longer may be nobody's any more. */
const quietAfterMs = 1_300;
/** And has answered for every track by then, on a busy machine too. */
const answeredWithinMs = 2_500;

type Counted = Pick<TrackStatistics, 'packetsReceived' | 'receiverId' | 'ssrc'>;

/** What is looked at of a subscribed track. */
export interface ReceivedTrack {
  readonly info: Pick<PublicationInfo, 'kind'>;
  readonly statistics: Counted | null;
  readonly subscribedAtMs: number;
  readonly quietMs: number;
  readonly isRenewing: boolean;
  /** As WebRTC has counted it. */
  readonly counters: Pick<TrackCounters, 'isGone'>;
  /** Written only. */
  isWithheld: boolean;
}

/** What speaks against a track whose packets are its own. */
interface Doubt {
  readonly before: Counted | null;
  /** Native tracks that were subscribed since: one of them may have got its receiver. */
  readonly newcomers: Set<ReceivedTrack>;
  /** When packets were first seen that may be its own. */
  grownAtMs: number | null;
}

/**
 * Finds tracks whose receiver carries another one's media. When a server takes a track away without saying that it has
 * ended (its owner, or somebody who runs the room, forbids it), it gives the receiver to the next track of that kind, and
 * rtc-node hands the newcomer's media to both (1.1.0, livekit-server 1.13.5, measured).
 *
 * What a quiet track delivers behind the newcomer's subscription is left out until it is known whose it is.
 */
export class SharedReceivers<Track extends ReceivedTrack> {
  readonly #doubts = new Map<Track, Doubt>();

  /** A native track was subscribed. @param all every subscribed track, that one among them */
  subscribed(newcomer: Track, all: Iterable<Track>): void {
    for (const track of all) {
      if (track === newcomer || track.isRenewing || track.info.kind !== newcomer.info.kind) continue;
      const known = this.#doubts.get(track);
      known?.newcomers.add(newcomer);
      if (known !== undefined || track.quietMs < quietAfterMs) continue;
      track.isWithheld = true;
      this.#doubts.set(track, {
        before: track.statistics,
        newcomers: new Set([newcomer]),
        grownAtMs: null,
      });
    }
  }

  /**
   * Called a few times a second.
   *
   * @param nowMs of `performance.now`
   * @returns tracks that nothing receives any more, and those whose receiver a later one has: nothing of theirs comes
   */
  look(all: Iterable<Track>, nowMs: number): Track[] {
    const tracks = [...all].sort((one, other) => one.subscribedAtMs - other.subscribedAtMs);
    const owners = new Map<string, Track>();
    const taken: Track[] = [];
    for (const track of tracks) {
      if (track.counters.isGone && !track.isRenewing) {
        taken.push(track);
        continue;
      }
      const id = idOf(track);
      if (id === '' || track.isRenewing) continue;
      const former = owners.get(id);
      if (former !== undefined) taken.push(former);
      owners.set(id, track);
    }
    for (const [track, doubt] of this.#doubts) {
      const isGone = taken.includes(track) || !tracks.includes(track);
      if (!isGone && !isItsOwn(track, doubt, nowMs)) continue;
      this.#doubts.delete(track);
      if (!isGone) track.isWithheld = false;
    }
    return taken;
  }
}

function isItsOwn(track: ReceivedTrack, doubt: Doubt, nowMs: number): boolean {
  const { before, newcomers } = doubt;
  const now = track.statistics;
  if (idOf(track) !== '' && [...newcomers].every((one) => idOf(one) !== '')) return true;
  if (now === null || now.packetsReceived === (before?.packetsReceived ?? 0)) return false;
  if (before !== null && now.ssrc === before.ssrc && now.packetsReceived > before.packetsReceived)
    return true;
  // A newcomer that had its receiver would have been told of these packets as well.
  doubt.grownAtMs ??= nowMs;
  return nowMs - doubt.grownAtMs > answeredWithinMs;
}

function idOf({ statistics }: ReceivedTrack): string {
  return statistics?.receiverId ?? '';
}
