import { z } from 'zod';
import { streamPacketsSchema } from './stamps.js';

/** Frame rates that a deliverable may have. */
export const deliverableFps = [24, 25, 30, 50, 60] as const;
export const deliverableSizes = ['source', '720p', '1080p'] as const;

/** How files for editing are made of a take's originals. */
export const deliverableSettingsSchema = z.object({
  /** Frames per second; each slot has one. */
  fps: z.literal(deliverableFps),
  /** `source` is the largest size that was sent; the others are what it is fitted into. */
  size: z.enum(deliverableSizes),
});
export type DeliverableSettings = z.infer<typeof deliverableSettingsSchema>;
export type DeliverableSize = DeliverableSettings['size'];

const count = z.int().nonnegative();

/** What a finished file was found to be when it was held against its original, both decoded. */
const deliverableProofSchema = z.object({
  /** Slots of the frame rate, and how many of them show something else than the original does then. Null without video. */
  video: z.object({ frames: count, differing: count, offFrames: z.int() }).nullable(),
  /** Blocks of 10 ms, how many of them are louder or quieter, and by how much the audio as a whole is late. */
  audio: z.object({ blocks: count, differing: count, offMs: z.int() }),
  /** By how much its audio is longer than the original's, in milliseconds. */
  audioLongerMs: z.number(),
});
export type DeliverableProof = z.infer<typeof deliverableProofSchema>;

/** A file that was made of an original, and proven against it. */
export const deliverableSchema = z.object({
  /** Names inside their folders. */
  file: z.string(),
  source: z.object({
    file: z.string(),
    sizeBytes: count,
    sha256: z.string(),
    packets: streamPacketsSchema,
  }),
  settings: deliverableSettingsSchema,
  madeAt: z.iso.datetime(),
  plateauVersion: z.string(),
  /** Null without video. */
  canvas: z.object({ width: z.int(), height: z.int() }).nullable(),
  durationMs: z.number().nonnegative(),
  sizeBytes: count,
  sha256: z.string(),
  packets: streamPacketsSchema,
  proof: deliverableProofSchema,
});
export type Deliverable = z.infer<typeof deliverableSchema>;

/** What stands in `deliverables.json`, beside the files that it names. */
export const deliverablesSchema = z.object({
  schema: z.literal('plateau.deliverables/1'),
  takeName: z.string(),
  files: z.array(deliverableSchema),
});
export type Deliverables = z.infer<typeof deliverablesSchema>;

/** How far a take's MP4 files are that a console has asked for. */
export const deliveryProgressSchema = z.object({
  takeName: z.string(),
  /** The one that is being made, and which of how many; empty and 0 at first. */
  file: z.string(),
  number: count,
  files: count,
  /** 0 to 1, over all of them. */
  fraction: z.number(),
  /** Milliseconds, by how fast it went; null while nobody can say. */
  leftMs: z.number().nonnegative().nullable(),
});
export type DeliveryProgress = z.infer<typeof deliveryProgressSchema>;

/** What became of them. */
export const deliveryResultSchema = z.object({
  /** How many are there now. */
  files: count,
  /** What could not be made, and why, in sentences. */
  problems: z.array(z.string()),
  /** Somebody ended it before it was finished. */
  isCanceled: z.boolean(),
});
export type DeliveryResult = z.infer<typeof deliveryResultSchema>;
