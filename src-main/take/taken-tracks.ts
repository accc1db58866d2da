import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { RecordingSink } from '../sink/recording-sink.js';
import { endWithinMs } from './absences.js';
import type { PartLosses } from './part-losses.js';

interface Taken {
  readonly kind: SubscribedTrack['info']['kind'];
  readonly losses: PartLosses;
  readonly sink: RecordingSink;
  readonly atMs: number;
}

/** Tracks that were taken from the recorder and are published still, by their publication, each with the file that lacks it. */
export class TakenTracks {
  readonly #taken = new Map<string, Taken>();
  readonly #nowMs: () => number;

  /** @param nowMs milliseconds on the take's timeline, up to its end: behind it nothing is missing */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** From now on a file lacks the track. */
  add(
    { info: { kind, trackSid } }: Pick<SubscribedTrack, 'info'>,
    { losses, sink }: Omit<Taken, 'kind' | 'atMs'>,
  ): void {
    this.#taken.set(trackSid, { kind, losses, sink, atMs: this.#nowMs() });
  }

  /** Its owner mutes it, and misses nothing of it then; or opens it. */
  setMuted({ info: { trackSid } }: Pick<SubscribedTrack, 'info'>, isMuted: boolean): void {
    const taken = this.#taken.get(trackSid);
    if (taken === undefined) return;
    const { kind, losses, sink } = taken;
    if (isMuted) losses.takenEnded(sink, kind, this.#nowMs(), true);
    else losses.trackLeft(sink, kind, this.#nowMs(), { isTaken: true, wasOn: true });
  }

  /**
   * A track comes into a file: one that was taken is received again. Another one in the place of one that was taken a moment ago
   * is its successor, which was published anew: the one before has ended, and nothing of it is missing.
   */
  came({ info: { kind, trackSid } }: Pick<SubscribedTrack, 'info'>, sink: RecordingSink): void {
    this.#taken.delete(trackSid);
    const nowMs = this.#nowMs();
    for (const former of this.#taken.values())
      if (former.sink === sink && former.kind === kind && nowMs - former.atMs < endWithinMs)
        former.losses.takenEnded(sink, kind, nowMs, false);
  }

  /**
   * It is published no more.
   *
   * @param wasMissing it is told to be missing: what it sent up to now is
   */
  ended(trackSid: string, wasMissing: boolean): void {
    const taken = this.#taken.get(trackSid);
    this.#taken.delete(trackSid);
    taken?.losses.takenEnded(taken.sink, taken.kind, this.#nowMs(), wasMissing);
  }
}
