import type { PublicationInfo } from '../livekit/publication-info.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import { missedAtOnset, type OnsetTimes } from '../pipeline/track-onset.js';
import { barelyReceived } from './barely-received.js';
import { isMeant } from './meant-track.js';
import type { SignalLog } from './signal-log.js';
import type { TakeOptions } from './take-options.js';
import type { TakeParticipants } from './take-participants.js';

/** WebRTC was asked this often without a packet before that means anything: a busy machine answers late. */
const leastAnswers = 3;

/** A track that is encoded. */
type EncodedTrack = Pick<SubscribedTrack, 'info' | 'isMuted' | 'isUnheard' | 'onset'> & {
  readonly counters: Pick<SubscribedTrack['counters'], 'answers'>;
};

/** The take, as what it lacks is noted. */
interface LackingTake {
  readonly clock: Pick<TakeClock, 'nowMs'>;
  readonly participants: Pick<TakeParticipants, 'missedOf'>;
  readonly signals: Pick<SignalLog, 'tells'>;
}

/** Tells of tracks of which more is missing than has come, once they have ended, were muted, or the take ends. */
export class TrackOnsets {
  readonly #options: Pick<TakeOptions, 'audioOnly' | 'isArmed' | 'report'>;
  readonly #take: LackingTake;
  readonly #saveManifest: () => void;
  /** Those that are encoded now. */
  readonly #tracks = new Set<EncodedTrack>();

  /** @param saveManifest called when it holds more */
  constructor(
    options: Pick<TakeOptions, 'audioOnly' | 'isArmed' | 'report'>,
    take: LackingTake,
    saveManifest: () => void,
  ) {
    this.#options = options;
    this.#take = take;
    this.#saveManifest = saveManifest;
  }

  /** A track is encoded from now on. */
  add(track: EncodedTrack): void {
    this.#tracks.add(track);
    // Of what was before the take nothing is due.
    track.onset?.muted(track.isMuted);
  }

  /** Its owner turned it off, or on. */
  setMuted(track: EncodedTrack, isMuted: boolean): void {
    if (isMuted) this.#judge(track, true);
    track.onset?.muted(isMuted);
  }

  /** It delivers no more: it has ended, as may be heard of a moment later, or was taken away. */
  removed(track: EncodedTrack): void {
    this.#judge(track);
    this.#tracks.delete(track);
  }

  /** The take ends: of none of them anything more comes. */
  end(): void {
    for (const track of this.#tracks) this.#judge(track);
    this.#tracks.clear();
  }

  /** A track of the take has ended, or was muted. @param times when the first of it came */
  note(track: PublicationInfo, times: OnsetTimes): void {
    const { participants, signals } = this.#take;
    const missedMs = missedAtOnset(times);
    if (missedMs === 0 || !isMeant(this.#options, track) || signals.tells(track.trackSid)) return;
    const error = barelyReceived(track, times.untilMs - times.sinceMs, missedMs);
    if (!participants.missedOf(track, error, times.sinceMs, times.sinceMs + missedMs)) return;
    this.#options.report.warning(error.code, error.message, track.identity, { hint: error.hint });
    this.#saveManifest();
  }

  #judge(track: EncodedTrack, isMuted?: true): void {
    if (!this.#tracks.has(track)) return;
    const times = track.onset?.end((agoMs) => this.#take.clock.nowMs(agoMs), isMuted) ?? null;
    if (times === null) return;
    // Its frames come whether or not there is a packet.
    const isUnheard =
      track.info.kind === 'audio' && track.isUnheard && track.counters.answers >= leastAnswers;
    this.note(track.info, isUnheard ? { ...times, cameMs: null } : times);
  }
}
