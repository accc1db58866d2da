import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import type { PartLosses } from './part-losses.js';

interface Taken {
  readonly kind: SubscribedTrack['info']['kind'];
  readonly losses: PartLosses;
  readonly sink: RecordingSink;
}

/** Tracks that were taken from the recorder and are published still, by their publication, each with the file that lacks it. */
export class TakenTracks {
  readonly #taken = new Map<string, Taken>();
  readonly #nowMs: () => number;

  /** @param nowMs milliseconds on the take's timeline */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** From now on a file lacks the track. */
  add(
    { info: { kind, trackSid } }: Pick<SubscribedTrack, 'info'>,
    { losses, sink }: Omit<Taken, 'kind'>,
  ): void {
    this.#taken.set(trackSid, { kind, losses, sink });
  }

  /** Its owner mutes it, and misses nothing of it then; or opens it. */
  setMuted({ info: { trackSid } }: Pick<SubscribedTrack, 'info'>, isMuted: boolean): void {
    const taken = this.#taken.get(trackSid);
    if (taken === undefined) return;
    const { kind, losses, sink } = taken;
    if (isMuted) losses.takenEnded(sink, kind, this.#nowMs(), true);
    else losses.trackLeft(sink, kind, this.#nowMs(), { isTaken: true, wasOn: true });
  }

  /** It is received again. */
  came({ info: { trackSid } }: Pick<SubscribedTrack, 'info'>): void {
    this.#taken.delete(trackSid);
  }

  /**
   * It is published no more.
   *
   * @param nowMs milliseconds on the take's timeline
   * @param wasMissing it is told to be missing: what it sent up to now is
   */
  ended(trackSid: string, nowMs: number, wasMissing: boolean): void {
    const taken = this.#taken.get(trackSid);
    this.#taken.delete(trackSid);
    taken?.losses.takenEnded(taken.sink, taken.kind, nowMs, wasMissing);
  }
}
