import type { PlateauError } from '../contract/errors.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { AudioTrackWriter } from './audio-track-writer.js';
import type { FilePart, FileParts } from './file-parts.js';
import type { SegmentEncoder } from './live-encoder.js';
import type { PartedEncoder } from './parted-encoder.js';
import type { RestartSchedule } from './restart-schedule.js';
import type { VideoTrackWriter } from './video-track-writer.js';

/**
 * Nothing ticked and nothing came for so long: the process stood still, and what a source sent meanwhile may be lost. A microphone
 * sends each 10 ms, and files are looked at each 200. In milliseconds.
 */
export const blockedMs = 350;
/**
 * Nothing ticked and nothing came for so long: the process stood still, or its event loop did. At a constant rate ffmpeg would repeat a
 * frame for all of it at once, a second for each ten and more on a slow machine, and nothing else until then.
 */
export const standstillMs = 4_000;

/** What a run works with; all of it outlives the run. */
export interface RecordingRunOptions {
  readonly clock: TakeClock;
  /** Null for audio only. */
  readonly video: VideoTrackWriter | null;
  readonly audio: AudioTrackWriter;
  readonly parts: FileParts;
  readonly restarts: RestartSchedule;
  /** Rejects with a PlateauError; `onFailure` is called once, when the encoder ends without having been asked to. */
  readonly startEncoder: (
    when: { readonly startMs: number; readonly isReplacement: boolean },
    onFailure: (error: PlateauError) => void,
  ) => Promise<RunEncoder>;
  readonly events: RunEvents;
  /** Hands what WebRTC has counted to the writers. @returns whether that says all of what a stall has cost */
  readonly tell: (nowMs: number) => boolean;
  /** Aborted when nobody can wait any longer. */
  readonly hurry?: AbortSignal | undefined;
}

/** What a run needs of its encoder. */
export type RunEncoder = Pick<PartedEncoder, 'cut' | 'failedPart' | 'tick' | keyof SegmentEncoder>;

/** What happens to a run's encoders. */
export interface RunEvents {
  /** The encoder ended; a new one is started in a moment. */
  readonly onRestarting: (error: PlateauError) => void;
  readonly onRestarted: () => void;
  /** An encoder could not be started, ended for good, or left something behind when it was asked to end. */
  readonly onFailed: (error: PlateauError, part?: FilePart) => void;
  /**
   * Its disk has failed. Whether the take may go on in another folder, which is decided in a moment: what comes until then
   * waits, as long as the queues have room. Left out, it never does. `part` is the one whose disk it is.
   */
  readonly mayGoOnElsewhere?: (error: PlateauError, part: FilePart) => boolean;
}
