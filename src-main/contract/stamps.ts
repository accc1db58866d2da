import { z } from 'zod';
import { lossGrades } from './losses.js';

/**
 * Packets of one stream, in their order. The hash is SHA-256 over the size and the CRC-32 of each packet, both as
 * 32-bit little-endian numbers.
 */
export const packetCountSchema = z.object({
  packets: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});
export type PacketCount = z.infer<typeof packetCountSchema>;

/** The same of a file; null for a kind of stream that it does not have. */
export const streamPacketsSchema = z.object({
  video: packetCountSchema.nullable(),
  audio: packetCountSchema.nullable(),
  /** Of each audio stream after the first one; absent where there are none. */
  furtherAudio: z.array(packetCountSchema).optional(),
});
export type StreamPackets = z.infer<typeof streamPacketsSchema>;

/** A stretch of a file's timeline, in milliseconds. */
export const streamGapSchema = z.object({
  stream: z.enum(['video', 'audio']),
  atMs: z.number(),
  durationMs: z.number().nonnegative(),
});
export type StreamGap = z.infer<typeof streamGapSchema>;

export const lossCauseSchema = z.enum([
  /** The recorder received it, and did not keep up or had no key for it: dropped by a cause that counts as loss. */
  'dropped',
  /** It never arrived: lost on the way, or never sent although the track was on. */
  'neverArrived',
  /** It was handed to an encoder that ended before it was written. */
  'encoderEnded',
]);

/** A stretch in which something that should be in the file is not. */
export const lossGapSchema = streamGapSchema.extend({
  cause: lossCauseSchema,
  /** Frames of video that are missing in it; null where they cannot be counted, and of audio. */
  lostFrames: z.int().nonnegative().nullable(),
});
export type LossGap = z.infer<typeof lossGapSchema>;

/** Whether the file holds what encoders wrote. */
export const intactStampSchema = z.object({
  /** The packets that went to the disk are the packets of the file, by count and hash of each stream. */
  isEarned: z.boolean(),
  /** Why it is not earned, in one sentence. */
  problem: z.string().nullable(),
  /** The finished file's packets, with the black and silence that was put in; null while it is not finished. */
  packets: streamPacketsSchema.nullable(),
  /** The longest time from one packet to the next. */
  worstGap: streamGapSchema.nullable(),
});
export type IntactStamp = z.infer<typeof intactStampSchema>;

/** How much is missing; `losses.ts` has the table. */
export const lossGradeSchema = z.enum(lossGrades);

/** What is lost, video in frames and audio in milliseconds; `losses.ts` says what each counts. */
export const lossesSchema = z.object({
  video: z.object({
    dueFrames: z.int().nonnegative(),
    lostFrames: z.int().nonnegative(),
    missedFrames: z.int().nonnegative(),
  }),
  audio: z.object({ dueMs: z.number().nonnegative(), lostMs: z.number().nonnegative() }),
});

/** What is said of the content of a take: the worst file's grade and share, all files' gaps, and tracks that are in none. */
export const contentSchema = z.object({
  grade: lossGradeSchema,
  worstShare: z.number().min(0).max(1),
  gaps: z.int().nonnegative(),
  missingTracks: z.int().positive().optional(),
  /** Of these, those that were missing at the end; absent when all were. */
  missingNow: z.int().nonnegative().optional(),
});

/** Whether everything that should have been recorded was. */
export const completeStampSchema = z.object({
  /** Its grade is `complete`: at most 0.1 % is missing, and there is no gap. */
  isEarned: z.boolean(),
  /** How much is missing. Absent, as the next two, in what an older version wrote. */
  grade: lossGradeSchema.optional(),
  losses: lossesSchema.optional(),
  /** How many gaps there are. */
  gaps: z.int().nonnegative().optional(),
  /** What is missing, in one sentence. */
  problem: z.string().nullable(),
  /** How long the file was to be recorded: the length of its segments. */
  armedMs: z.number().nonnegative(),
  /** Frames that were received and lost, whatever the cause. */
  lostFrames: z.int().nonnegative(),
  /** Frames that never arrived. */
  missedFrames: z.int().nonnegative(),
  /** Audio that came from the track. */
  audioMs: z.number().nonnegative(),
  /** Silence that was filled in, and the part of it during which audio was to be expected. */
  silenceMs: z.number().nonnegative(),
  lostAudioMs: z.number().nonnegative(),
  worstGap: lossGapSchema.nullable(),
});
export type CompleteStamp = z.infer<typeof completeStampSchema>;

/** What a finished file may be called. */
export const stampsSchema = z.object({ intact: intactStampSchema, complete: completeStampSchema });
export type Stamps = z.infer<typeof stampsSchema>;
