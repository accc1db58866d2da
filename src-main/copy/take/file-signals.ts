import { signalRules } from '../../contract/limits.js';
import type { SignalAlarm } from '../../contract/signal-alarms.js';
import type { PublicationInfo } from '../../livekit/publication-info.js';
import type { StreamKind } from '../file/part-marks.js';
import type { ParticipantFileCounts } from '../file/participant-file-options.js';

/** A source that is this many of its own pauses late is not just slow. */
const latePauses = 3;

/** Fewer frames that no key fits may be of a moment in which it changed. */
const leastUndecrypted = 5;
/** After so long without another one it is not the key that is missing, in milliseconds; DTX sends every 400 ms. */
const undecryptedWithinMs = 1_500;

/** What has come of a stream so far. */
export interface ReceivedFrames {
  /** Frames, or packets of audio, that go into the file. */
  readonly received: number;
  /** Those that no key fits. */
  readonly notDecrypted: number;
}

/** The same of both streams of a file. */
export function signalsOf({
  audio,
  frames,
  video,
}: ParticipantFileCounts): Readonly<Record<StreamKind, ReceivedFrames>> {
  return {
    video: { received: video.handedOver, notDecrypted: frames.video.dropped.notDecrypted },
    audio: { received: audio.handedOver, notDecrypted: frames.audio.dropped.notDecrypted },
  };
}

/** What is known of a stream at the moment. */
export interface StreamSignalReading extends ReceivedFrames {
  /** Since the last call, in milliseconds; a time in which this process stood still is left out. */
  readonly elapsedMs: number;
  /** A track of it is received and not muted, and the connection stands. */
  readonly isOn: boolean;
}

/** What is wrong with a stream, and for how long, in milliseconds. */
export interface StreamAlarm {
  readonly kind: 'nothing' | 'notDecrypted';
  readonly durationMs: number;
}

/** Notices a stream of a file that is on, and of which nothing comes, or nothing that a key fits. */
export class StreamSignal {
  readonly #canPause: boolean;
  #received = 0;
  #silentMs = 0;
  #longestPauseMs = 0;
  #hadSignal = false;
  #notDecrypted = 0;
  /** Since anything was received: frames that no key fitted, and how long ago the last one came. */
  #undecrypted = 0;
  #sinceUndecryptedMs = 0;

  /** @param canPause a screen that does not change sends no frames */
  constructor(canPause: boolean) {
    this.#canPause = canPause;
  }

  /** Whether anything has come since it is on. */
  get hadSignal(): boolean {
    return this.#hadSignal;
  }

  /** Called a few times a second. @returns what is wrong; null while nothing is */
  judge({ elapsedMs, isOn, notDecrypted, received }: StreamSignalReading): StreamAlarm | null {
    const hasCome = received !== this.#received;
    this.#received = received;
    this.#noteUndecrypted(hasCome || !isOn, notDecrypted, elapsedMs);
    if (!isOn) {
      this.#silentMs = 0;
      this.#longestPauseMs = 0;
      this.#hadSignal = false;
      return null;
    }
    if (!hasCome) {
      this.#silentMs += elapsedMs;
      return this.#alarm();
    }
    // What came first says nothing of the source's pauses.
    if (this.#hadSignal) this.#longestPauseMs = Math.max(this.#longestPauseMs, this.#silentMs + elapsedMs);
    this.#hadSignal = true;
    this.#silentMs = 0;
    return null;
  }

  #noteUndecrypted(isOver: boolean, notDecrypted: number, elapsedMs: number): void {
    const more = notDecrypted - this.#notDecrypted;
    this.#notDecrypted = notDecrypted;
    this.#undecrypted = isOver ? 0 : this.#undecrypted + more;
    this.#sinceUndecryptedMs = more > 0 ? 0 : this.#sinceUndecryptedMs + elapsedMs;
  }

  #alarm(): StreamAlarm | null {
    const durationMs = this.#silentMs;
    const isUndecrypted =
      this.#undecrypted >= leastUndecrypted && this.#sinceUndecryptedMs <= undecryptedWithinMs;
    if (isUndecrypted && durationMs >= signalRules.undecryptedAfterMs)
      return { kind: 'notDecrypted', durationMs };
    if (this.#hadSignal && this.#canPause) return null;
    const patienceMs = Math.max(signalRules.nothingAfterMs, latePauses * this.#longestPauseMs);
    return durationMs >= patienceMs ? { kind: 'nothing', durationMs } : null;
  }
}

/** Notices tracks of a file that are on, and of which nothing comes, or nothing that a key fits. */
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
   * @param received what came of them so far
   * @returns what is wrong at the moment
   */
  judge(
    elapsedMs: number,
    on: readonly PublicationInfo[],
    received: { readonly video: ReceivedFrames; readonly audio: ReceivedFrames },
  ): SignalAlarm[] {
    return (['video', 'audio'] as const).flatMap((stream) => {
      const signal = stream === 'video' ? this.#video : this.#audio;
      const info = on.findLast(({ kind }) => kind === stream);
      const alarm = signal.judge({ elapsedMs, isOn: info !== undefined, ...received[stream] });
      if (alarm === null || info === undefined) return [];
      const { identity, role, trackSid } = info;
      const nothing = stream === 'video' ? 'noFrames' : 'noAudio';
      const kind = alarm.kind === 'nothing' ? nothing : alarm.kind;
      return [{ trackSid, identity, role, kind, hadSignal: signal.hadSignal, durationMs: alarm.durationMs }];
    });
  }
}
