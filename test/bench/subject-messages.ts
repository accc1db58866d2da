import { z } from 'zod';
import { profileSchema } from '#engine/contract/profile.js';
import { sourceSchema } from '#engine/contract/recording.js';

/** The bench asks a subject (a measured process) one thing at a time. */
export const requestSchema = z.object({ id: z.int(), command: z.string(), argument: z.unknown() });
export type SubjectRequest = z.infer<typeof requestSchema>;

export const replySchema = z.union([
  z.object({ id: z.int(), ok: z.literal(true), value: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), message: z.string() }),
]);
export type SubjectReply = z.infer<typeof replySchema>;

export const recordArgumentSchema = z.object({
  source: sourceSchema,
  profile: profileSchema,
  outputFolder: z.string(),
});
export type RecordArgument = z.infer<typeof recordArgumentSchema>;

export const readArgumentSchema = z.object({ source: sourceSchema });
export type ReadArgument = z.infer<typeof readArgumentSchema>;

export const captureArgumentSchema = z.object({
  source: sourceSchema,
  path: z.string(),
  durationMs: z.number(),
});
export type CaptureArgument = z.infer<typeof captureArgumentSchema>;

export const blockArgumentSchema = z.object({ durationMs: z.number() });

/** What a reader has received so far. */
export const framesSchema = z.object({ video: z.int(), audio: z.int() });
export type Frames = z.infer<typeof framesSchema>;
