import { DecryptedStart, type VideoCounts } from '../pipeline/decrypted-start.js';
import { DecryptionSignal } from '../pipeline/decryption-signal.js';
import type { TrackStatistics } from './ffi/track-statistics.js';

/** What is known of how an encrypted track is decrypted: whether its key fits, and from when on its frames are right. */
export class TrackDecryption {
  readonly signal: DecryptionSignal;
  readonly #isVideo: boolean;
  #start: DecryptedStart | null = null;

  constructor(kind: 'video' | 'audio') {
    this.signal = new DecryptionSignal(kind);
    this.#isVideo = kind === 'video';
  }

  /** Whether what comes now may not have been decrypted. Of audio this is not known, and left to whoever plays it out. */
  get isDoubtful(): boolean {
    return this.#start?.isProven === false;
  }

  /** The SDK has named a stream, whose decryption is attached from now on. */
  begin(): void {
    if (this.#isVideo) this.#start = new DecryptedStart(Date.now());
  }

  /** WebRTC has counted anew. */
  counted(counts: VideoCounts): void {
    this.#start?.read(counts);
  }

  /** The subscription goes on after a pause in which a key frame was asked for. */
  resumed(): void {
    this.#start?.resumed(Date.now());
  }

  /** Whether a key frame has to be asked for. @returns true once, when nothing will be right without one */
  claimKeyFrame(): boolean {
    return this.#start?.claimKeyFrame() === true;
  }

  /**
   * Called a few times a second.
   *
   * @param elapsedMs since the last call; a time in which this process stood still is left out
   * @param isOn it is subscribed, not muted, and its frames flow; null while it is being subscribed anew
   * @param statistics what WebRTC counted when it was last asked; null before
   * @returns whether it has to be told that nothing is decrypted
   */
  judge(elapsedMs: number, isOn: boolean | null, statistics: TrackStatistics | null): boolean {
    if (isOn === true) this.#start?.passed(elapsedMs);
    const { packetsReceived, packetsLost, framesReceived, samplesEmitted } = statistics ?? {};
    return this.signal.judge({
      elapsedMs,
      isOn: isOn === true ? packetsReceived !== undefined : isOn,
      packets: packetsReceived ?? 0,
      packetsLost: packetsLost ?? 0,
      decrypted: framesReceived ?? samplesEmitted ?? 0,
    });
  }
}
