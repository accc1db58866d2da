import { z } from 'zod';
import { accountingSchema } from '../contract/manifest.js';
import { budgetChangeSchema, sessionSchema } from '../contract/session.js';
import { eventSchema } from '../contract/snapshot.js';
import { unboundedSnapshotSchema } from '../contract/unbounded.js';
import { flatnessLimitsSchema } from '../contract/verdict.js';

const nullableBytes = z.number().nullable().catch(null);

/**
 * What a report reads of a snapshot. Fields that older or newer versions lack have a value that says so,
 * and what is not listed is passed over: a take of last month still has its report.
 */
export const readSnapshotSchema = z.object({
  schema: z.literal('plateau.snapshot/1'),
  state: z.string(),
  takeMs: z.number().nullable(),
  memory: z.object({
    /** Null where it could not be read, which no verdict survives. */
    rssBytes: nullableBytes,
    heapTotalBytes: nullableBytes,
    externalBytes: nullableBytes,
    nativeBytes: nullableBytes,
    ffmpegRssBytes: nullableBytes,
    budgetBytes: nullableBytes,
    ceilingBytes: nullableBytes,
    /** As in a snapshot; left out by older versions, whose peak is that of their lines. */
    peakRssBytes: nullableBytes.optional(),
    peakBudgetBytes: nullableBytes.optional(),
    consoleProcesses: z.array(z.object({ kind: z.string(), rssBytes: nullableBytes })).catch([]),
  }),
  governor: z.object({ step: z.int(), action: z.string() }).nullable().catch(null),
  eventLoopMaxLateMs: z.number().catch(0),
  eventLoop: z.object({ maxMs: z.number() }).nullable().catch(null),
  /** Only what was chosen to be judged by: the report judges anew. */
  verdict: z
    .object({ limits: flatnessLimitsSchema.extend({ areChosen: z.boolean() }).optional() })
    .nullable()
    .catch(null),
  /** What it holds is left out of the verdict; absent while the replay buffer is off. */
  replay: z.object({ heldBytes: z.number() }).optional().catch(undefined),
  /** Takes of older versions had no recorder without caps beside them. */
  unbounded: unboundedSnapshotSchema.nullable().catch(null),
  sinks: z.array(
    z.object({
      file: z.string(),
      identity: z.string(),
      isRecording: z.boolean(),
      video: z
        .object({
          maxQueuedFrames: z.number(),
          queueCapFrames: z.number(),
          frameGapMs: z.number(),
          maxFrameGapMs: z.number(),
          accounting: accountingSchema,
        })
        .nullable(),
      audio: z.object({ accounting: accountingSchema }),
    }),
  ),
});
/** A snapshot, as far as a report reads it. */
export type ReadSnapshot = z.infer<typeof readSnapshotSchema>;

/** A line of the event log as telemetry has it. */
const readEventSchema = eventSchema.extend({
  schema: z.literal('plateau.event/1'),
  details: eventSchema.shape.details.catch({}),
});
/** An event, as far as a report reads it. */
export type ReadEvent = z.infer<typeof readEventSchema>;

/** A line of telemetry.ndjson that this version knows. */
export type TelemetryLine =
  ReadSnapshot | ReadEvent | z.infer<typeof sessionSchema> | z.infer<typeof budgetChangeSchema>;

const schemas: Readonly<Record<string, z.ZodType<TelemetryLine>>> = {
  'plateau.snapshot/1': readSnapshotSchema,
  'plateau.event/1': readEventSchema,
  'plateau.session/1': sessionSchema,
  'plateau.budget/1': budgetChangeSchema,
};

const namedSchema = z.object({ schema: z.string() });

/** `unknown` for a line of a kind that this version does not know, `unreadable` for one that is damaged. */
export function parseTelemetryLine(text: string): TelemetryLine | 'unknown' | 'unreadable' {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return 'unreadable';
  }
  const named = namedSchema.safeParse(document);
  if (!named.success) return 'unreadable';
  const schema = schemas[named.data.schema];
  if (schema === undefined) return 'unknown';
  const parsed = schema.safeParse(document);
  return parsed.success ? parsed.data : 'unreadable';
}
