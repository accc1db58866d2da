import { z } from 'zod';
import { eventSchema, snapshotSchema } from './snapshot.js';

const measure = z.number().nullable();

/** A bucket of time, at its middle; null where nothing was measured. What each column is: `src-main/history`. */
const rowSchema = z.object({
  atMs: z.number(),
  rssBytes: measure,
  rssMinBytes: measure,
  heapBytes: measure,
  externalBytes: measure,
  nativeBytes: measure,
  ffmpegBytes: measure,
  budgetBytes: measure,
  ceilingBytes: measure,
  frameGapMs: measure,
  loopLateMs: measure,
  unboundedBytes: measure,
});
/** The columns of a bucket. */
export type SeriesName = Exclude<keyof z.infer<typeof rowSchema>, 'atMs'>;

const ringSchema = z.object({
  widthMs: z.number().positive(),
  originMs: measure,
  rows: z.array(rowSchema).readonly(),
});

/** What the engine knows of the room since it was joined: for a window that was not there, or was reloaded. */
export const historySchema = z.object({
  series: z.object({ '5min': ringSchema, '30min': ringSchema, all: ringSchema }),
  /** The newest of the room, the oldest first. */
  events: z.array(eventSchema),
  /** The latest numbers of the take that runs, or else of the one before in this room; null when there was none. */
  latestOfTake: snapshotSchema.nullable(),
});
export type History = z.infer<typeof historySchema>;
