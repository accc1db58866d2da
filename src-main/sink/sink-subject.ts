import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import type { FrameQueueLimits } from '../pipeline/frame-queue.js';
import type { DiskWriterLimits } from './disk-writer.js';
import type { RunEvents } from './recording-run.js';

/** Caps of everything a sink holds; the table they come from is `contract/limits.ts`. */
export interface SinkLimits {
  readonly frameQueue: FrameQueueLimits;
  readonly audioFrames: number;
  readonly audioFrameMs: number;
  readonly framesInFlight: number;
  readonly disk: DiskWriterLimits;
  /** In place of the cap of `disk`, for a file without video. */
  readonly audioDiskCapBytes: number;
}

/** What may wait for the disk of one segment. @param canvas null for a segment without video */
export function diskLimits({ audioDiskCapBytes, disk }: SinkLimits, canvas: Canvas | null): DiskWriterLimits {
  return canvas === null ? { ...disk, capBytes: audioDiskCapBytes } : disk;
}

/** A participant's camera and microphone, or their screen with its audio. */
export type SinkKind = 'participant' | 'screenShare';

/** Whom a file records. */
export interface SinkSubject {
  readonly identity: string;
  readonly participantName: string;
  readonly kind: SinkKind;
  /** 1 is the file of camera and microphone, or of the screen; from 2 on it holds one further track alone. */
  readonly trackNumber: number;
}

/** What a sink tells while it records. */
export interface SinkEvents extends RunEvents {
  /** The file has video from now on. */
  readonly onCanvas: (canvas: Canvas) => void;
  /** The file has one more segment. */
  readonly onSegment: () => void;
  /** The frames have another size than before; they are fitted into the canvas. @param size upright */
  readonly onFrameSize: (size: Canvas, canvas: Canvas | null) => void;
  readonly onLongFrameGap: (gapMs: number) => void;
  readonly onAudioGap: (gapMs: number) => void;
  /** Audio that goes on was moved to where it belongs: some put in when positive, left out when negative. */
  readonly onAudioCorrection: (correctionMs: number) => void;
  /** The native stream was closed because the event loop was blocked, and is open again. */
  readonly onWatchdogTrip: (kind: 'video' | 'audio') => void;
}
