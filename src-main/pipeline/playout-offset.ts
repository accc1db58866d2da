/** NetEq keeps 60 ms on a calm network and a camera's jitter buffer 15 (measured): the difference, until they have settled. */
const usualMs = 45;
/** ffmpeg's resampler (`aresample=async`) stretches the audio by 3 % at most, so no faster. */
const slewMsPerSecond = 30;
/** Beyond these bounds the figures cannot be those of two jitter buffers. */
const bounds = { minMs: -100, maxMs: 500 } as const;

/**
 * How much later audio is played out than the frame that arrived with it: the jitter buffer of a
 * microphone keeps it longer than that of a camera, and for how long changes with the network. Taken off
 * the audio's time it brings lips and voice together; it follows its target slowly, for each change of it
 * stretches or squeezes the audio. A target that is known before the first frame is taken at once.
 */
export class PlayoutOffset {
  #offsetMs = usualMs;
  #targetMs = usualMs;
  #followedToMs: number | null = null;

  /** The offset that is in force, in milliseconds; positive when audio is played out later. */
  get ms(): number {
    return this.#offsetMs;
  }

  /**
   * Sets what {@link PlayoutOffset.at} follows.
   *
   * @param audioMs how long the microphone's jitter buffer keeps what has arrived, in milliseconds
   * @param videoMs the same of the camera's
   */
  aim(audioMs: number, videoMs: number): void {
    this.#targetMs = Math.min(bounds.maxMs, Math.max(bounds.minMs, audioMs - videoMs));
    if (this.#followedToMs === null) this.#offsetMs = this.#targetMs;
  }

  /** The offset at a moment of the stream, in milliseconds; moments only go forward. */
  at(timeMs: number): number {
    const passedMs = Math.max(0, timeMs - (this.#followedToMs ?? timeMs));
    this.#followedToMs = timeMs;
    const maxStepMs = (passedMs * slewMsPerSecond) / 1000;
    const missingMs = this.#targetMs - this.#offsetMs;
    this.#offsetMs += Math.min(maxStepMs, Math.max(-maxStepMs, missingMs));
    return this.#offsetMs;
  }
}
