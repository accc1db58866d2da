import type { PacketGap } from './packet-gaps.js';

/** As long as a camera that is on and shows nothing: who joins needs a moment, in milliseconds. */
const leastMs = 3_000;
/** Looks that are further apart have a standstill of the process between them, which is a gap of its own. */
const standstillMs = 400;

/**
 * Why nothing is heard of a track that is on: no packet of it has come, or packets come and none could be decrypted for so
 * many milliseconds. `none`: it is heard, or off.
 */
export type Silence = 'none' | 'unheard' | { readonly undecryptedMs: number };

/**
 * A microphone that is on and of which nothing can be heard: it has not sent a single packet, or no key fits what it sends.
 * WebRTC plays silence for it, frame by frame, so that the file lacks nothing but all that was to be heard. Times are
 * milliseconds on the take's timeline.
 */
export class NeverHeard {
  #sinceMs: number | null = null;
  #nowMs = 0;
  /** The last look before a standstill, or the last one. */
  #steadyMs = 0;
  #lostMs = 0;
  #found: PacketGap[] = [];
  /** It was found to send nothing, and has not been heard since. */
  #isFound = false;

  /** How long nothing came in all, as far as that has ended. */
  get lostMs(): number {
    return this.#lostMs;
  }

  /**
   * Looks a few times a second.
   *
   * @param silence null while the track is subscribed anew, which is a gap of its own
   */
  look(silence: Silence | null, nowMs: number): void {
    if (silence === null) {
      this.#endAt(this.#steadyMs);
      return;
    }
    if (nowMs - this.#nowMs < standstillMs) this.#steadyMs = nowMs;
    this.#nowMs = nowMs;
    if (silence !== 'none') {
      if (this.#sinceMs === null) this.#steadyMs = nowMs;
      // What a key does not fit has arrived, and is lost from its first packet on: nobody waits for it.
      const isUndecrypted = silence !== 'unheard';
      this.#isFound ||= isUndecrypted;
      this.#sinceMs ??= Math.max(0, nowMs - (isUndecrypted ? silence.undecryptedMs : 0));
      return;
    }
    this.end();
    this.#isFound = false;
  }

  /** A packet has come, or none is to be expected any more. */
  end(): void {
    this.#endAt(this.#nowMs);
  }

  #endAt(nowMs: number): void {
    const durationMs = nowMs - (this.#sinceMs ?? nowMs);
    const fromMs = nowMs - durationMs;
    this.#sinceMs = null;
    if (durationMs <= 0 || (!this.#isFound && durationMs < leastMs)) return;
    this.#isFound = true;
    this.#lostMs += durationMs;
    this.#found.push({ fromMs, durationMs });
  }

  /** The gaps that were found since the last call. */
  drain(): readonly PacketGap[] {
    return this.#found.splice(0);
  }
}
