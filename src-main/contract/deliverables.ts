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

/** A file that was made of an original, as a list of takes tells of it. */
export const deliverableEntrySchema = z.object({
  file: z.string(),
  /** Name of the original. */
  source: z.string(),
  sizeBytes: count,
  settings: deliverableSettingsSchema,
});
export type DeliverableEntry = z.infer<typeof deliverableEntrySchema>;

/** How far a take's MP4 files are that a console makes. */
export const deliveryProgressSchema = z.object({
  takeName: z.string(),
  settings: deliverableSettingsSchema.optional(),
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

/** A take whose MP4 files wait for their turn. */
export const queuedDeliverySchema = z.object({
  takeName: z.string(),
  settings: deliverableSettingsSchema,
});
export type QueuedDelivery = z.infer<typeof queuedDeliverySchema>;

/** What became of a take's MP4 files. */
export const endedDeliverySchema = z.object({
  takeName: z.string(),
  endedAt: z.iso.datetime(),
  /** How many are there now, as far as this one has looked. */
  files: count,
  /** What could not be made, and why, in sentences. */
  problems: z.array(z.string()),
  /** Somebody ended it before it was finished. */
  isCanceled: z.boolean(),
});
export type EndedDelivery = z.infer<typeof endedDeliverySchema>;

/** What a console's state says of MP4 files. */
export const deliveryStateShape = {
  /** Those that are being made of a take; null, or left out by older versions, while none are. */
  delivery: deliveryProgressSchema.nullable().optional(),
  /** Takes that wait behind it, in their order; left out by older versions, as the next. */
  deliveryQueue: z.array(queuedDeliverySchema).optional(),
  /** The latest takes whose MP4 files are made, or are not, the oldest first. */
  endedDeliveries: z.array(endedDeliverySchema).optional(),
} as const;

/** More takes than that do not wait for their MP4 files. */
export const maxDeliveries = 100;

/** What a console still has to make, in its user's folder: the next one goes on with it. */
export const deliveryQueueSchema = z.object({
  schema: z.literal('plateau.deliveries/1'),
  takes: z
    .array(
      z.object({
        /** Of the take; absolute. */
        folder: z.string().min(1).max(4096),
        settings: deliverableSettingsSchema,
        /** How often it was begun by a program that did not come to its end. */
        interruptions: count,
      }),
    )
    .max(maxDeliveries),
});
export type StoredDelivery = z.infer<typeof deliveryQueueSchema>['takes'][number];
