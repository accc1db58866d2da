import type { PacketGap } from './packet-gaps.js';

/** As long as a camera that is on and shows nothing: who joins needs a moment, in milliseconds. */
const leastMs = 3_000;

/**
 * A microphone that is on and has not sent a single packet. WebRTC plays silence for it, frame by frame, so that the file
 * lacks nothing but all that was to be heard. Times are milliseconds on the take's timeline.
 */
export class NeverHeard {
  #sinceMs: number | null = null;
  #nowMs = 0;
  #lostMs = 0;
  #found: PacketGap[] = [];

  /** How long nothing came in all, as far as that has ended. */
  get lostMs(): number {
    return this.#lostMs;
  }

  /** Looks a few times a second. @param isSilent a track is on, and no packet of it has come */
  look(isSilent: boolean, nowMs: number): void {
    this.#nowMs = nowMs;
    if (isSilent) this.#sinceMs ??= nowMs;
    else this.end();
  }

  /** A packet has come, or none is to be expected any more. */
  end(): void {
    const sinceMs = this.#sinceMs;
    this.#sinceMs = null;
    if (sinceMs === null || this.#nowMs - sinceMs < leastMs) return;
    this.#lostMs += this.#nowMs - sinceMs;
    this.#found.push({ fromMs: sinceMs, durationMs: this.#nowMs - sinceMs });
  }

  /** The gaps that were found since the last call. */
  drain(): readonly PacketGap[] {
    return this.#found.splice(0);
  }
}
