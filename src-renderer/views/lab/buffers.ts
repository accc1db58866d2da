import { caps } from '../../../src-main/contract/limits.js';
import type { Snapshot } from '../../../src-main/contract/snapshot.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatCount } from '../../../src-main/format/number.js';
import { formatMilliseconds } from '../../../src-main/format/time.js';

/** One buffer between the wire and the disk, now. */
export interface BufferReading {
  readonly key: string;
  readonly owner: string;
  readonly buffer: string;
  /** Null where nobody can count it. */
  readonly value: number | null;
  readonly peak: number | null;
  /** Null where it is bounded by another one, which `boundedBy` names. */
  readonly cap: number | null;
  readonly boundedBy?: string;
  /** Being full is how it works, and no sign of trouble. */
  readonly isOftenFull?: boolean;
  readonly format: (value: number | null) => string;
}

/** Every buffer of the engine that a snapshot tells of, in the order in which media flows. */
export function buffersOf(snapshot: Snapshot): BufferReading[] {
  const isCopied = snapshot.sinks.some(({ copy }) => copy !== undefined);
  const shared: BufferReading[] = [
    {
      // The SDK keeps to this cap, and tells no number.
      key: 'native',
      owner: 'Each stream',
      buffer: 'Decoded frames in the SDK',
      value: null,
      peak: null,
      cap: null,
      boundedBy: formatCount(caps.nativeVideoFrames),
      format: formatCount,
    },
    {
      // The pixels of frames that wait in the queues are in native memory as well, and are no part of the SDK's own queue.
      key: 'decoded',
      owner: 'All streams',
      buffer: 'Decoded frames, handed over',
      value: snapshot.nativeFramesAlive,
      peak: null,
      cap: null,
      boundedBy: isCopied ? 'previews' : 'frame queues',
      format: formatCount,
    },
    {
      key: 'loop',
      owner: 'All streams',
      buffer: 'Event queue (event-loop lag)',
      value: snapshot.eventLoopMaxLateMs,
      peak: null,
      cap: caps.loopLateAfterMs,
      format: formatMilliseconds,
    },
    // A copied take has none of it.
    ...(isCopied
      ? []
      : [
          {
            key: 'frameBytes',
            owner: 'All streams',
            buffer: 'Frame queues, bytes',
            value: snapshot.frameQueueBytes,
            peak: null,
            cap: snapshot.frameQueueCapBytes,
            format: formatBytes,
          },
        ]),
  ];
  const perFile = snapshot.sinks.flatMap(({ copy, file, video, audio, ...sink }): BufferReading[] => [
    ...(video === null
      ? []
      : [
          {
            key: `${file}:video`,
            owner: file,
            buffer: copy === undefined ? 'Frame queue' : 'Encoded frames, until their time is known',
            value: video.queuedFrames,
            peak: video.maxQueuedFrames,
            cap: video.queueCapFrames,
            format: formatCount,
          },
        ]),
    ...(video === null || copy !== undefined
      ? []
      : [
          {
            key: `${file}:flight`,
            owner: file,
            buffer: 'Frames in flight to ffmpeg',
            value: video.framesInFlight,
            peak: null,
            cap: caps.framesInFlight,
            isOftenFull: true,
            format: formatCount,
          },
        ]),
    {
      key: `${file}:audio`,
      owner: file,
      buffer: 'Audio queue, 10 ms frames',
      value: audio.queuedFrames,
      peak: audio.maxQueuedFrames,
      cap: audio.queueCapFrames,
      format: formatCount,
    },
    ...(copy === undefined
      ? [
          {
            key: `${file}:input`,
            owner: file,
            buffer: 'Raw bytes to ffmpeg',
            value: sink.inputPendingBytes,
            peak: null,
            cap: null,
            boundedBy: 'frames in flight',
            format: formatBytes,
          },
        ]
      : []),
    {
      key: `${file}:disk`,
      owner: file,
      buffer: 'Compressed data to disk',
      value: sink.diskQueueBytes,
      peak: null,
      cap: sink.diskQueueCapBytes,
      format: formatBytes,
    },
  ]);
  return [...shared, ...perFile];
}
