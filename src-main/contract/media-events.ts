import { z } from 'zod';

/** What one tile shows: a person, or the screen that they share. */
export const feedSchema = z.strictObject({
  identity: z.string().min(1).max(512),
  kind: z.enum(['participant', 'screenShare']),
});
export type FeedName = z.infer<typeof feedSchema>;

/** A small frame of what somebody shows: one a second. */
export const thumbnailSchema = z.object({
  identity: z.string(),
  kind: z.enum(['participant', 'screenShare']),
  width: z.int(),
  height: z.int(),
  /** Rows of red, green, blue, alpha; base64. */
  rgba: z.string(),
});
export type Thumbnail = z.infer<typeof thumbnailSchema>;

/** A frame of the tile that is enlarged: it is asked for one by one, so that a console that is slow gets fewer. */
export const liveImageSchema = z.object({
  width: z.int(),
  height: z.int(),
  /** Tight planes (Y, U, V; BT.601, limited range), upright; base64. */
  i420: z.string(),
});
export type LiveImage = z.infer<typeof liveImageSchema>;

/** Whom somebody listens to, from behind that sample on; null for from now on. */
export const listenSchema = feedSchema.extend({ after: z.int().nonnegative().nullable() });

/** A piece of what somebody says. */
export const heardAudioSchema = z.object({
  /** The number of the sample behind it: where the next piece begins. */
  end: z.int(),
  /** Left out before it: whoever listens was behind. */
  droppedSamples: z.int(),
  /** Samples of `soloFormat`, little endian; base64. */
  pcm: z.string(),
});
export type HeardAudio = z.infer<typeof heardAudioSchema>;

/** Loudness since the previous message. 0 dBFS is a full-scale sample; silence is `minLevelDbfs`. */
export const levelSchema = z.object({
  identity: z.string(),
  kind: z.enum(['participant', 'screenShare']),
  peakDbfs: z.number(),
  rmsDbfs: z.number(),
  isClipping: z.boolean(),
});
export type Level = z.infer<typeof levelSchema>;
/** What silence is reported as: quieter cannot be told from no sound in 16-bit samples. */
export const minLevelDbfs = -90;
