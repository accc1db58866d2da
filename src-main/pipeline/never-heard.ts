import type { PacketGap } from './packet-gaps.js';

/** As long as a camera that is on and shows nothing: who joins needs a moment, in milliseconds. */
const leastMs = 3_000;
/**
 * Looks that are further apart have a standstill of the process between them, which is a gap of its own: tracks are subscribed
 * anew behind it. Of a shorter one, such as a busy machine makes, nothing of a microphone is missing but what a look tells.
 */
const standstillMs = 1_000;

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
  /** Where the last interruption ends: what was before is told. */
  #notBeforeMs = 0;
  #lostMs = 0;
  readonly #found: PacketGap[] = [];
  /** Too little to be told yet, with standstills between. */
  #doubtful: PacketGap[] = [];
  /** It was found to send nothing, and has not been heard since. */
  #isFound = false;
  /** Packets come, and no key fits them. */
  #hasArrived = false;

  /** How long nothing came in all, as far as that has ended. */
  get lostMs(): number {
    return this.#lostMs;
  }

  /**
   * Looks a few times a second.
   *
   * @param silence null while the track is subscribed anew, or is not there, which are gaps of their own
   */
  look(silence: Silence | null, nowMs: number): void {
    const isStandstill = nowMs - this.#nowMs >= standstillMs;
    if (silence === null || isStandstill) {
      this.#interrupt();
      this.#notBeforeMs = nowMs;
    }
    if (silence === null) return;
    this.#nowMs = nowMs;
    if (silence !== 'none') {
      // What a key does not fit has arrived, and is lost from its first packet on: nobody waits for it.
      const isUndecrypted = silence !== 'unheard';
      this.#isFound ||= isUndecrypted;
      if (this.#sinceMs !== null && this.#hasArrived !== isUndecrypted) {
        this.#interrupt();
        this.#notBeforeMs = nowMs;
      }
      this.#hasArrived = isUndecrypted;
      this.#sinceMs ??= Math.max(this.#notBeforeMs, nowMs - (isUndecrypted ? silence.undecryptedMs : 0));
      return;
    }
    this.end();
    this.#isFound = false;
  }

  /** A part of the file ends there: what it lacks is told with it, as far as that is known. @param atMs not in the future */
  cut(atMs: number): void {
    if (this.#sinceMs === null || this.#sinceMs >= atMs) return;
    const nowMs = this.#nowMs;
    this.#nowMs = atMs;
    this.#interrupt();
    this.#sinceMs = atMs;
    this.#nowMs = Math.max(nowMs, atMs);
  }

  /** A packet has come, or none is to be expected any more. */
  end(): void {
    this.#interrupt();
    this.#doubtful = [];
  }

  #interrupt(): void {
    const fromMs = this.#sinceMs ?? this.#nowMs;
    const durationMs = this.#nowMs - fromMs;
    this.#sinceMs = null;
    if (durationMs <= 0) return;
    this.#doubtful.push({ fromMs, durationMs, ...(this.#hasArrived ? { hasArrived: true } : {}) });
    const silentMs = this.#doubtful.reduce((sum, gap) => sum + gap.durationMs, 0);
    if (!this.#isFound && silentMs < leastMs) return;
    this.#isFound = true;
    this.#lostMs += silentMs;
    this.#found.push(...this.#doubtful);
    this.#doubtful = [];
  }

  /** The gaps that were found since the last call. */
  drain(): readonly PacketGap[] {
    return this.#found.splice(0);
  }
}
