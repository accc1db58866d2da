import type { SubscribedTrack } from './remote-track.js';

/** The SDK names a track that comes again within some tens of milliseconds; on a busy machine in half a second. */
const namedWithinMs = 1_200;

interface Kept {
  readonly track: SubscribedTrack;
  /** WebRTC has told that nothing receives it: the server has taken it off the session. */
  wasGone: boolean;
  /** When it was found to be received again; null while it is not. */
  backAtMs: number | null;
}

/**
 * Tracks that are received no more. They are closed, but for those that were taken from the recorder: with two peer connections the
 * SDK says nothing when one of them comes again (rtc-node 1.1.0, measured); its native side is received then as before, and
 * nobody but WebRTC's counts tells.
 */
export class PartingTracks {
  readonly #onError: (thrown: unknown) => void;
  readonly #closing = new Set<Promise<void>>();
  readonly #kept = new Map<string, Kept>();

  /** @param onError a stream could not be closed */
  constructor(onError: (thrown: unknown) => void) {
    this.#onError = onError;
  }

  /** Nobody receives from it any more. @param isTaken it is published still, and may come again */
  part(track: SubscribedTrack, isTaken: boolean): void {
    if (!isTaken) {
      this.#close(track);
      return;
    }
    // What its receiver carries from now on may be another one's.
    track.stopReceiving();
    track.monitor(null);
    this.#kept.set(track.info.trackSid, { track, wasGone: false, backAtMs: null });
  }

  /** One that was taken; undefined of every other. */
  find(trackSid: string): SubscribedTrack | undefined {
    return this.#kept.get(trackSid)?.track;
  }

  /** It has ended, or the SDK has named another native track for it. */
  forget(trackSid: string): void {
    const kept = this.#kept.get(trackSid);
    this.#kept.delete(trackSid);
    if (kept !== undefined) this.#close(kept.track);
  }

  /** As {@link SubscribedTrack.refreshStatistics}. */
  refreshStatistics(onlyYoung: boolean): void {
    for (const { track } of this.#kept.values()) track.refreshStatistics(onlyYoung);
  }

  /**
   * Called a few times a second.
   *
   * @param received all that are received: one of them may have got a receiver
   * @param nowMs of `performance.now`
   * @returns whether one comes again, and the SDK does not say so
   */
  hasReturned(received: Iterable<Pick<SubscribedTrack, 'statistics'>>, nowMs: number): boolean {
    const owned = new Set([...received].map(({ statistics }) => statistics?.receiverId ?? ''));
    for (const kept of this.#kept.values()) {
      const { counters, statistics } = kept.track;
      kept.wasGone ||= counters.isGone;
      const isBack = kept.wasGone && !counters.isGone && !owned.has(statistics?.receiverId ?? '');
      kept.backAtMs = isBack ? (kept.backAtMs ?? nowMs) : null;
    }
    return [...this.#kept.values()].some(({ backAtMs }) => nowMs - (backAtMs ?? nowMs) >= namedWithinMs);
  }

  /** Resolves when none of their frames is on its way any more. */
  async closed(): Promise<void> {
    for (const trackSid of [...this.#kept.keys()]) this.forget(trackSid);
    await Promise.all(this.#closing);
  }

  #close(track: SubscribedTrack): void {
    const closed = track.close().catch(this.#onError);
    const closing = closed.finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
