import type { SinkSubject } from '../../sink/recording-sink.js';
import type { FailedFrames } from '../../take/move-loss.js';
import type { CopiedShape } from './copy-budget.js';

/** What they say of themselves. */
type Sinks = readonly {
  readonly isRecording: boolean;
  readonly disk: { readonly writtenBytes: number; readonly queuedBytes: number };
  trackCount(kind: 'video' | 'audio'): number;
}[];

/** Files that take what comes. */
export function openCountOf(sinks: Sinks): number {
  return sinks.filter(({ isRecording }) => isRecording).length;
}

/** What the disk has taken of all files, and what waits for it, in bytes. */
export function diskOf(sinks: Sinks): { readonly writtenBytes: number; readonly queuedBytes: number } {
  let [writtenBytes, queuedBytes] = [0, 0];
  for (const { disk } of sinks) {
    writtenBytes += disk.writtenBytes;
    queuedBytes += disk.queuedBytes;
  }
  return { writtenBytes, queuedBytes };
}

/** What disks have failed to keep, over all files; frames of audio are 10 ms long. */
export function failedFramesIn(sinks: Iterable<{ readonly failedFrames: FailedFrames }>): FailedFrames {
  let [video, audio] = [0, 0];
  for (const { failedFrames } of sinks) {
    video += failedFrames.video;
    audio += failedFrames.audio;
  }
  return { video, audio };
}

/** What they have open. */
export function shapeOf(sinks: Sinks): CopiedShape {
  let [videoTracks, audioTracks] = [0, 0];
  for (const sink of sinks) {
    videoTracks += sink.trackCount('video');
    audioTracks += sink.trackCount('audio');
  }
  return { files: sinks.length, videoTracks, audioTracks };
}

/** Gives the files of somebody another name. @returns whether any has it only now */
export function rename(sinks: readonly { subject: SinkSubject }[], identity: string, name: string): boolean {
  const renamed = sinks.filter(
    ({ subject }) => subject.identity === identity && subject.participantName !== name,
  );
  for (const sink of renamed) sink.subject = { ...sink.subject, participantName: name };
  return renamed.length > 0;
}
