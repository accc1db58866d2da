import { z } from 'zod';

/** Why the unbounded recorder has ended. */
export const unboundedStopReasonSchema = z.enum([
  /** The safety stop: its memory reached the limit. */
  'memory',
  /** Its time was over. */
  'time',
  'asked',
  'takeEnded',
  /** It stopped responding, so that its memory was not known any more. */
  'silent',
  'failed',
]);
export type UnboundedStopReason = z.infer<typeof unboundedStopReasonSchema>;

const bytes = z.int().nonnegative();
const count = z.int().nonnegative();

/**
 * A recorder without caps, in a process of its own beside the take: what the take would need if its queues had
 * no limits. Bytes are of that process alone, without its ffmpeg.
 */
export const unboundedSnapshotSchema = z.object({
  state: z.enum(['running', 'stopped']),
  /** Null while it runs. */
  stopReason: unboundedStopReasonSchema.nullable(),
  /** The latest reading, 0 before the first; of one that has stopped, the last one. */
  rssBytes: bytes,
  peakRssBytes: bytes,
  /** The safety stop. */
  stopAtBytes: bytes,
  /** Frames that wait for the encoder, and bytes of frames and audio. */
  queuedFrames: count,
  queuedBytes: bytes,
  peakQueuedFrames: count,
  /** Frames. */
  receivedFrames: count,
  writtenFrames: count,
  /** How many of the take's participants it records. A small machine cannot encode all of them twice. */
  people: count,
  ofPeople: count,
});
export type UnboundedSnapshot = z.infer<typeof unboundedSnapshotSchema>;

/** A take of the demo room with a recorder without caps beside it, in which no encoder takes anything for a while. */
export const showSchema = z.object({
  takeName: z.string(),
  startedAt: z.iso.datetime(),
  /** How long the take is. */
  seconds: z.number().positive(),
  isRunning: z.boolean(),
  /** What both came to; null until there is something of both. */
  outcome: z
    .object({
      peakRssBytes: bytes,
      /** Of the moment of the peak; null before the first file. */
      budgetBytes: bytes.nullable(),
      unboundedPeakRssBytes: bytes,
      /** Null while it runs. */
      unboundedStopReason: unboundedStopReasonSchema.nullable(),
      people: count,
      ofPeople: count,
    })
    .nullable(),
});
export type Show = z.infer<typeof showSchema>;
