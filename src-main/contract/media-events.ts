import { z } from 'zod';

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
