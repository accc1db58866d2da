/** Without an answer of WebRTC nobody knows what came before; milliseconds. */
const answerWithinMs = 1_000;
/** WebRTC answers with what it counted so long ago at most (`RTCStatsCollector`, `cache_lifetime_us`). */
const cachedMs = 50;

/** What WebRTC counted of an encrypted video; all of one answer. */
export interface VideoCounts {
  /** Complete frames, decoded or not. */
  readonly framesReceived: number;
  readonly keyFramesDecoded: number;
  /** When WebRTC counted, in milliseconds of the Unix epoch. */
  readonly readAtMs: number;
}

/**
 * From when on the frames of an encrypted video are what was sent. Complete frames that arrive before the SDK has attached
 * its decryption are decoded as they are, without an error: the picture is wrong, and stays so until the next key frame,
 * which a browser sends on request only. By the time the SDK names a track its decryption is attached. So nothing is wrong
 * with a track of which no frame had come by then. Of any other a key frame is asked for, and all is left out until one has
 * been decoded that came after the request.
 */
export class DecryptedStart {
  readonly #attachedAtMs: number;
  #state: 'unknown' | 'suspicious' | 'proven' = 'unknown';
  #waitedMs = 0;
  #wasClaimed = false;
  /** Since when what comes was sent after the request; the same clock as {@link VideoCounts.readAtMs}. */
  #resumedAtMs = Infinity;
  /** Key frames that came before; null until WebRTC has counted them. */
  #formerKeyFrames: number | null = null;

  /** @param attachedAtMs when the SDK named the track, in milliseconds of the Unix epoch */
  constructor(attachedAtMs: number) {
    this.#attachedAtMs = attachedAtMs;
  }

  /** Whether the frames that come now are what was sent. */
  get isProven(): boolean {
    return this.#state === 'proven';
  }

  /** Whether a key frame has to be asked for. @returns true once, when nothing will be right without one */
  claimKeyFrame(): boolean {
    if (this.#state !== 'suspicious' || this.#wasClaimed) return false;
    this.#wasClaimed = true;
    return true;
  }

  /** The subscription goes on after a pause, which everything that came before has had time to leave the decoder in. */
  resumed(atMs: number): void {
    if (this.#state !== 'suspicious') return;
    this.#resumedAtMs = atMs;
    this.#formerKeyFrames = null;
  }

  /** Called a few times a second. @param elapsedMs since the last call, while the track was on */
  passed(elapsedMs: number): void {
    if (this.#state !== 'unknown') return;
    this.#waitedMs += elapsedMs;
    if (this.#waitedMs >= answerWithinMs) this.#state = 'suspicious';
  }

  /** WebRTC has counted anew. */
  read({ readAtMs, framesReceived, keyFramesDecoded }: VideoCounts): void {
    if (this.#state === 'proven') return;
    if (this.#state === 'unknown') {
      if (readAtMs >= this.#attachedAtMs) this.#state = framesReceived === 0 ? 'proven' : 'suspicious';
      return;
    }
    if (this.#formerKeyFrames !== null) {
      if (keyFramesDecoded > this.#formerKeyFrames) this.#state = 'proven';
    } else if (readAtMs >= this.#resumedAtMs - cachedMs) this.#formerKeyFrames = keyFramesDecoded;
  }
}
