import { z } from 'zod';

const count = z.int().nonnegative();

/** Packets of a stream by their sequence numbers: expected = received + recovered + lost (all causes) + missing. */
export const copyPacketsSchema = z.object({
  expected: count,
  /** Came as they were sent. */
  received: count,
  /** Came because they were asked for again. */
  recovered: count,
  lost: z.object({
    /** Not in time, however often they were asked for. */
    expired: count,
    /** The reorder window was at its cap. */
    windowFull: count,
    /** The numbers went on somewhere else. */
    jump: count,
    /** Not needed any more: a key frame had come. */
    beforeKeyFrame: count,
    /** The stream ended while they were waited for. */
    ended: count,
  }),
  /** Are waited for; 0 once the take has ended. */
  missing: count,
});

/** Frames of video, or packets of Opus: begun = written + dropped + queued. */
export const copyFramesSchema = z.object({
  /** Of which a packet came, or the redundancy of a later one. */
  begun: count,
  written: count,
  /** By whatever cause; the file's `video` and `audio` have them by cause. */
  dropped: count,
  queued: count,
  /** Of those begun: from the redundancy of a later packet (RED). */
  redundant: count,
  /** Of those written: smaller than their camera declares, as a server sends them first. */
  lowerLayer: count.default(0),
  /** Black pictures, or packets of silence, that stand where nothing was sent; not among the others. */
  filled: count,
});

/** What became of a stream that is recorded as it was sent. */
export const copyStreamSchema = z.object({
  packets: copyPacketsSchema,
  frames: copyFramesSchema,
  /** From the first to the last of what was written of what was sent, on the take's timeline; absent where nothing was, and of older ones. */
  sent: z.object({ fromMs: z.number().nonnegative(), toMs: z.number().nonnegative() }).optional(),
  /** Whether more of it was due when this was counted: a track was published and not muted. Absent once it has ended. */
  isOn: z.boolean().optional(),
});
export type CopyStream = z.infer<typeof copyStreamSchema>;

/** The same of a file. */
export const copyAccountSchema = z.object({ video: copyStreamSchema, audio: copyStreamSchema });
export type CopyAccount = z.infer<typeof copyAccountSchema>;

/** By how much one of the two sums of a stream is off: 0, or a defect of the recorder. */
export function unaccountedCopies({ frames, packets }: CopyStream): number {
  const lost = Object.values(packets.lost).reduce((sum, one) => sum + one, 0);
  const packetsOff = packets.expected - packets.received - packets.recovered - lost - packets.missing;
  const framesOff = frames.begun - frames.written - frames.dropped - frames.queued;
  return Math.abs(packetsOff) + Math.abs(framesOff);
}

/** A stream whose process has ended: nothing is on its way any more, nor waited for. */
export function settledStream(stream: CopyStream): CopyStream {
  const { frames, packets } = stream;
  const { lost, missing } = packets;
  return {
    ...stream,
    packets: { ...packets, missing: 0, lost: { ...lost, ended: lost.ended + missing } },
    frames: { ...frames, queued: 0, dropped: frames.dropped + frames.queued },
  };
}
