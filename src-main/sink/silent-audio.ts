/**
 * Less of a hole between two encoders than this may stand for frames that were counted as dropped: they are told apart by
 * when they came, and a hole by where they stand. In milliseconds.
 */
const leastHoleMs = 200;

/** What is known of it outside of the writer. */
export type SilenceAccount = Readonly<
  Pick<SilentAudio, 'lostEndMs' | 'lostMs' | 'unplacedMs' | 'writtenMs'>
> &
  Pick<SilentAudio, 'setMuted' | 'wasAway'>;

/** Silence in place of audio: what a writer wrote, and what stands between two encoders. Times are milliseconds. */
export class SilentAudio {
  /** What was written, on whoever's account. */
  writtenMs = 0;
  /** What stands where audio was to be expected. */
  lostMs = 0;
  /** Where the latest of it ends, on the take's timeline. */
  lostEndMs = 0;
  /** Audio that came when something else stood in its place already, and no silence that is counted. */
  unplacedMs = 0;
  /** Where the latest stretch of what is lost begins. */
  #lostFromMs = 0;
  #isMuted = false;
  /** When the track came: before that nothing is due. */
  #dueFromMs = 0;
  /** Until when audio was due of a track that has ended and had been silent before; the silence for it follows. */
  #owedToMs = 0;
  #holeFromMs: number | null = null;
  /** Of the last hole, and not found to be dropped since. */
  #holeLostMs = 0;
  #droppedBefore = 0;

  /** The microphone is muted, of which nothing is due, or open again. */
  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
  }

  /**
   * Audio came too late for its place. What a stream plays out first belongs before its track came: nothing was received then, or
   * by another file, and the jitter buffer had nothing but what it makes up. @param timeMs where that is
   */
  hadNoPlace(timeMs: number, ms: number): void {
    const isDue = timeMs + ms > this.#dueFromMs;
    if (isDue && (timeMs < this.#lostFromMs - ms || timeMs >= this.lostEndMs)) this.unplacedMs += ms;
  }

  /** Silence was written. @param endMs where it ends @param isLoss audio was to be expected there */
  wrote(ms: number, endMs: number, isLoss: boolean): void {
    this.writtenMs += ms;
    const fromMs = endMs - ms;
    if (isLoss) this.#lose(Math.min(ms, endMs - this.#dueFromMs), endMs);
    else this.#lose(Math.min(ms, this.#owedToMs - fromMs), Math.min(endMs, this.#owedToMs));
  }

  /** A track comes. @param nowMs on the take's timeline */
  trackCame(nowMs: number): void {
    this.#dueFromMs = nowMs;
  }

  /** The track ends. Where it had delivered nothing for a while, it was due up to now. @param writtenToMs where the file is */
  trackEnded(nowMs: number, writtenToMs: number): void {
    if (this.lostMs > 0 && this.lostEndMs >= writtenToMs) this.#owedToMs = nowMs;
  }

  /**
   * An encoder is gone, and audio was to be expected: nobody writes silence until the next one stands.
   *
   * @param dropped milliseconds of audio that were dropped for want of an encoder by now
   */
  holeBegins(fromMs: number, dropped: number): void {
    this.#holeFromMs = this.#isMuted ? null : fromMs;
    this.#droppedBefore = dropped;
  }

  /** An encoder stands. Of the hole before it that is lost which nobody dropped. @param dropped as before, by now */
  holeEnds(toMs: number, dropped: number): void {
    const fromMs = this.#holeFromMs;
    this.#holeFromMs = null;
    this.#holeLostMs = 0;
    if (fromMs === null) return;
    const lostMs = toMs - fromMs - (dropped - this.#droppedBefore);
    if (lostMs < leastHoleMs) return;
    this.#holeLostMs = lostMs;
    this.#lose(lostMs, toMs);
  }

  /** Audio of the last hole came after all, has no place, and is counted as dropped. */
  droppedOfHole(ms: number): void {
    const backMs = Math.min(ms, this.#holeLostMs);
    this.#holeLostMs -= backMs;
    this.lostMs -= backMs;
  }

  /**
   * Audio was to be expected, and its track was away with the connection: the silence there was nobody's loss.
   *
   * @param knownMs so much of it is counted
   * @returns what was added, in milliseconds
   */
  wasAway(ms: number, knownMs: number): number {
    const addedMs = this.#isMuted ? 0 : Math.max(0, ms - knownMs);
    this.lostMs += addedMs;
    return addedMs;
  }

  #lose(ms: number, endMs: number): void {
    if (this.#isMuted || ms <= 0) return;
    if (endMs - ms > this.lostEndMs) this.#lostFromMs = endMs - ms;
    this.lostMs += ms;
    this.lostEndMs = endMs;
  }
}
