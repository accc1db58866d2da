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
  series: z.object({ '1min': ringSchema, '5min': ringSchema, '30min': ringSchema, all: ringSchema }),
  /** The newest of the room, the oldest first. */
  events: z.array(eventSchema),
  /** The latest numbers of the take that runs, or else of the one before in this room; null when there was none. */
  latestOfTake: snapshotSchema.nullable(),
});
export type History = z.infer<typeof historySchema>;

/** The memory of one take over time, read from its telemetry; every moment is on the take's clock. */
export const takeMemorySchema = z.object({
  /** Empty where the take has no telemetry. */
  rows: z.array(rowSchema),
  /** When its budget became another one, and why: the first of them. */
  steps: z.array(
    z.object({
      takeMs: z.number(),
      message: eventSchema.shape.message,
      details: eventSchema.shape.details,
    }),
  ),
  /** The first of its other events. */
  marks: z.array(
    z.object({
      takeMs: z.number(),
      name: eventSchema.shape.name,
      level: eventSchema.shape.level,
      message: eventSchema.shape.message,
    }),
  ),
});
export type TakeMemory = z.infer<typeof takeMemorySchema>;
