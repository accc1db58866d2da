import { signalRules } from '../../contract/limits.js';
import type { SignalAlarm } from '../../contract/signal-alarms.js';
import type { PublicationInfo } from '../../livekit/publication-info.js';

/** A source that is this many of its own pauses late is not just slow. */
const latePauses = 3;

/** What is known of a stream at the moment. */
export interface StreamSignalReading {
  /** Since the last call, in milliseconds; a time in which this process stood still is left out. */
  readonly elapsedMs: number;
  /** A track of it is received and not muted, and the connection stands. */
  readonly isOn: boolean;
  /** Frames, or packets of audio, that came of it so far. */
  readonly received: number;
}

/** Notices a stream of a file that is on, and of which nothing comes. */
export class StreamSignal {
  readonly #canPause: boolean;
  #received = 0;
  #silentMs = 0;
  #longestPauseMs = 0;
  #hadSignal = false;

  /** @param canPause a screen that does not change sends no frames */
  constructor(canPause: boolean) {
    this.#canPause = canPause;
  }

  /** Whether anything has come since it is on. */
  get hadSignal(): boolean {
    return this.#hadSignal;
  }

  /** Called a few times a second. @returns for how long nothing has come, in milliseconds; null while that is no alarm */
  judge({ elapsedMs, isOn, received }: StreamSignalReading): number | null {
    const hasCome = received !== this.#received;
    this.#received = received;
    if (!isOn) {
      this.#silentMs = 0;
      this.#longestPauseMs = 0;
      this.#hadSignal = false;
      return null;
    }
    if (!hasCome) {
      this.#silentMs += elapsedMs;
      if (this.#hadSignal && this.#canPause) return null;
      const patienceMs = Math.max(signalRules.nothingAfterMs, latePauses * this.#longestPauseMs);
      return this.#silentMs >= patienceMs ? this.#silentMs : null;
    }
    // What came first says nothing of the source's pauses.
    if (this.#hadSignal) this.#longestPauseMs = Math.max(this.#longestPauseMs, this.#silentMs + elapsedMs);
    this.#hadSignal = true;
    this.#silentMs = 0;
    return null;
  }
}

/** Notices tracks of a file that are on, and of which nothing comes. */
export class FileSignals {
  readonly #video: StreamSignal;
  readonly #audio: StreamSignal;

  /** @param isScreen which sends its first frame, and then only what changes; its audio, what it plays */
  constructor(isScreen: boolean) {
    this.#video = new StreamSignal(isScreen);
    this.#audio = new StreamSignal(isScreen);
  }

  /**
   * Called a few times a second.
   *
   * @param elapsedMs since the last call; a time in which this process stood still is left out
   * @param on tracks that are received and not muted; none while the connection is lost
   * @param received frames of video, and packets of audio, that came of them so far
   * @returns what is wrong at the moment
   */
  judge(
    elapsedMs: number,
    on: readonly PublicationInfo[],
    received: { readonly video: number; readonly audio: number },
  ): SignalAlarm[] {
    return (['video', 'audio'] as const).flatMap((stream) => {
      const signal = stream === 'video' ? this.#video : this.#audio;
      const info = on.findLast(({ kind }) => kind === stream);
      const durationMs = signal.judge({ elapsedMs, isOn: info !== undefined, received: received[stream] });
      if (durationMs === null || info === undefined) return [];
      const { identity, role, trackSid } = info;
      const kind = stream === 'video' ? 'noFrames' : 'noAudio';
      return [{ trackSid, identity, role, kind, hadSignal: signal.hadSignal, durationMs }];
    });
  }
}
