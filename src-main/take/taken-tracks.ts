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

  /** From now on a file lacks the track. */
  add(
    { info: { kind, trackSid } }: Pick<SubscribedTrack, 'info'>,
    { losses, sink }: Omit<Taken, 'kind'>,
  ): void {
    this.#taken.set(trackSid, { kind, losses, sink });
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
