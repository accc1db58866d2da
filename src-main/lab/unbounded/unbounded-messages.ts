import { z } from 'zod';
import { profileSchema } from '../../contract/profile.js';

/** What of the take's trouble the recorder without caps shares. */
export const sufferingSchema = z.object({
  /** The disk of the take: as it is, standing still, or so many bytes a second. */
  disk: z.union([z.enum(['open', 'held']), z.number().positive()]),
  /** ffmpeg stands still. */
  isPaused: z.boolean(),
});
/** Parsed impairments. */
export type Impairments = z.infer<typeof sufferingSchema>;

/** What the parent tells the process without caps. */
export const unboundedRequestSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    url: z.string(),
    token: z.string(),
    /** Who is recorded; nobody else is subscribed. */
    people: z.array(z.object({ identity: z.string(), width: z.int(), height: z.int() })),
    /** Its files; removed at the end. */
    folder: z.string(),
    ffmpegPath: z.string(),
    profile: profileSchema,
    stopAtBytes: z.number(),
    endsAfterMs: z.number(),
  }),
  z.object({ type: z.literal('applyImpairments'), impairments: sufferingSchema }),
]);
/** A parsed request. */
export type UnboundedRequest = z.infer<typeof unboundedRequestSchema>;

/** What the process holds, and has done, at one moment. */
export const unboundedFiguresSchema = z.object({
  rssBytes: z.int().nonnegative(),
  queuedFrames: z.int().nonnegative(),
  queuedBytes: z.int().nonnegative(),
  receivedFrames: z.int().nonnegative(),
  writtenFrames: z.int().nonnegative(),
});
/** Parsed figures. */
export type UnboundedFigures = z.infer<typeof unboundedFiguresSchema>;

/** What it tells: twice a second its figures, and why it ends when it ends by itself. */
export const unboundedReportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** In the room, and subscribed. */
  z.object({ type: z.literal('joined') }),
  z.object({
    type: z.literal('figures'),
    figures: unboundedFiguresSchema,
    /** Its ffmpegs: one that stands still outlives whoever started it. */
    encoderPids: z.array(z.int().positive()),
  }),
  z.object({ type: z.literal('ending'), reason: z.enum(['memory', 'time', 'failed']), message: z.string() }),
]);
/** A parsed report. */
export type UnboundedReport = z.infer<typeof unboundedReportSchema>;
