import { z } from 'zod';
import { accountingSchema, fileStateSchema, manifestSchema } from './manifest.js';
import { profileSchema } from './profile.js';
import { budgetLineSchema, machineSchema, versionsSchema } from './session.js';
import { eventLevelSchema } from './snapshot.js';
import { contentSchema, lossesSchema, stampsSchema } from './stamps.js';
import { unboundedSnapshotSchema } from './unbounded.js';
import { flatnessLimitsSchema, flatnessVerdictSchema } from './verdict.js';

const nullableBytes = z.number().nullable();

/** The verdict on one process, with everything that it rests on. */
export const reportVerdictSchema = z.object({
  process: z.enum(['main', 'ffmpeg', 'renderer']),
  verdict: flatnessVerdictSchema,
  slope: z
    .object({
      mbPerMinute: z.number(),
      /** Ends of the 90 % confidence interval. */
      lowerMbPerMinute: z.number(),
      upperMbPerMinute: z.number(),
    })
    .nullable(),
  /**
   * The smallest reading of each block, at the block's middle on the take's clock; `stretch` counts the stretches of time
   * with one workload, and is left out by older versions, which judged the last one alone.
   */
  blockMinima: z.array(
    z.object({ takeMs: z.number(), rssBytes: z.number(), stretch: z.int().nonnegative().optional() }),
  ),
});
export type ReportVerdict = z.infer<typeof reportVerdictSchema>;

/** One moment of the table over time. Frames, drops and gaps are counted from the take's start. */
export const memorySampleSchema = z.object({
  takeMs: z.number(),
  rssBytes: z.number(),
  ffmpegRssBytes: nullableBytes,
  frames: z.int(),
  dropped: z.int(),
  maxFrameGapMs: z.number(),
});

/** What was seen in one stretch of time; null for what was not measured in it. */
export const seriesRowSchema = z.object({
  /** Start of the stretch. */
  takeMs: z.number(),
  rssMinBytes: nullableBytes,
  rssMaxBytes: nullableBytes,
  /** The parts of RSS at the moment of its maximum: they add up to it. */
  heapTotalBytes: nullableBytes,
  externalBytes: nullableBytes,
  nativeBytes: nullableBytes,
  ffmpegMinBytes: nullableBytes,
  ffmpegMaxBytes: nullableBytes,
  rendererMaxBytes: nullableBytes,
  budgetBytes: nullableBytes,
  /** The lowest ceiling that was set. */
  ceilingBytes: nullableBytes.default(null),
  queuedFramesMax: z.number().nullable(),
  queueCapFrames: z.number().nullable(),
  frameGapMaxMs: z.number().nullable(),
  eventLoopLagMaxMs: z.number().nullable(),
  /** The recorder without caps, while it ran; left out by older versions. */
  unboundedMaxBytes: nullableBytes.default(null),
});
export type SeriesRow = z.infer<typeof seriesRowSchema>;
/** What a row says of its stretch. */
export type SeriesMeasure = Exclude<keyof SeriesRow, 'takeMs'>;

export const reportEventSchema = z.object({
  takeMs: z.number(),
  level: eventLevelSchema,
  /** A fault was put in on purpose; a marker was set by a person. */
  kind: z.enum(['fault', 'marker', 'event']),
  name: z.string(),
  message: z.string(),
  identity: z.string().nullable(),
  /** How often it came in a row, the last time at `lastTakeMs`. */
  count: z.int().positive(),
  lastTakeMs: z.number(),
  /** Its number on the charts; null for what is not drawn. */
  mark: z.int().nullable(),
});
export type ReportEvent = z.infer<typeof reportEventSchema>;

/** What became of every frame of one stream. Frames for video, 10 ms frames for audio. */
export const reportStreamSchema = z.object({
  file: z.string(),
  identity: z.string(),
  medium: z.enum(['video', 'audio']),
  accounting: accountingSchema,
  /** received = written + dropped + queued. */
  isBalanced: z.boolean(),
});

export const reportFileSchema = z.object({
  file: z.string(),
  identity: z.string(),
  participantName: z.string(),
  kind: z.enum(['participant', 'screenShare']),
  state: fileStateSchema,
  durationMs: z.number().nullable(),
  sizeBytes: nullableBytes,
  videoCodec: z.string().nullable(),
  audioCodec: z.string(),
  sha256: z.string().nullable(),
  maxFrameGapMs: z.number(),
  missedFrames: z.int(),
  /** Slots of a constant frame rate without a frame of their own. Absent in takes of older versions. */
  repeatedFrames: z.int().nonnegative().optional(),
  /** Those that hold no frame, for the encoder was behind: the file has so many less than its rate says. */
  emptySlots: z.int().nonnegative().optional(),
  problem: z.string().nullable(),
  /** Absent in takes of older versions. */
  stamps: stampsSchema.optional(),
});

/** When frames were done without, so that memory stayed below its limit. */
export const reportSavingSchema = z.object({
  totalMs: z.number(),
  /** How many stretches there were; the first of them are listed. */
  count: z.int(),
  maxStep: z.int(),
  stretches: z.array(
    z.object({
      fromMs: z.number(),
      toMs: z.number(),
      maxStep: z.int(),
      /** What was done at its highest step. */
      action: z.string(),
    }),
  ),
});
export type ReportSaving = z.infer<typeof reportSavingSchema>;

/** A table that whoever asks for the report adds to it. */
export const reportSectionSchema = z.object({
  heading: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number()]))),
});
export type ReportSection = z.infer<typeof reportSectionSchema>;

/** Memory above a limit: when first, and in how many snapshots. */
const excessSchema = z.object({ firstAtMs: z.number(), lines: z.int() });
export type Excess = z.infer<typeof excessSchema>;

/** Everything a report says, for programs. Bytes, milliseconds and MB/min as the names say; MB is 10^6 bytes. */
export const reportSchema = z.object({
  schema: z.literal('plateau.report/1'),
  title: z.string(),
  createdAt: z.iso.datetime(),
  take: z.object({
    takeName: z.string(),
    room: z.string(),
    server: z.string(),
    state: manifestSchema.shape.state,
    startedAt: z.iso.datetime(),
    stoppedAt: z.iso.datetime().nullable(),
    durationMs: z.number(),
    profile: profileSchema,
    audioOnly: z.boolean(),
    problem: manifestSchema.shape.problem,
  }),
  /** Null in takes of versions that did not write it down. */
  machine: machineSchema.nullable(),
  versions: versionsSchema
    .partial({ node: true, rtcNode: true, ffmpeg: true, electron: true })
    .required({ plateau: true }),
  caps: z.record(z.string(), z.number()).nullable(),
  budget: z.object({
    /** The largest of the take; it changes with the streams. */
    totalBytes: nullableBytes,
    lines: z.array(budgetLineSchema),
  }),
  memory: z.object({
    peakRssBytes: nullableBytes,
    /** The budget of that moment; null where it is not known, and left out by older versions. */
    peakBudgetBytes: nullableBytes.optional(),
    peakAtMs: z.number().nullable(),
    /** The highest RSS as a share of the budget of its moment. */
    peakBudgetShare: z.number().nullable(),
    ffmpegPeakRssBytes: nullableBytes,
    overBudget: excessSchema.nullable(),
    /** Left out in reports of versions that did not look for it. */
    overCeiling: excessSchema.nullable().default(null),
  }),
  /** Null in takes, and left out in reports, of versions that had no memory governor. */
  saving: reportSavingSchema.nullable().default(null),
  /** The last that was known of the recorder without caps; null when there was none beside the take. */
  unbounded: unboundedSnapshotSchema.nullable().default(null),
  /** Leaking when any process leaks, otherwise the main process's. */
  verdict: flatnessVerdictSchema,
  verdictWindow: z.object({
    fromMs: z.number().nullable(),
    windowMs: z.number(),
    warmUpMs: z.number(),
    blockMs: z.number(),
    /** What was judged by. */
    limits: flatnessLimitsSchema.optional(),
    /** How often streams came or went, each of which begins the window anew. */
    restarts: z.int(),
  }),
  verdicts: z.array(reportVerdictSchema),
  table: z.array(memorySampleSchema),
  totals: z.object({
    framesWritten: z.int(),
    /** Whatever the cause; `losses` has what should be in the files and is not. */
    framesDropped: z.int(),
    longestFrameGapMs: z.number(),
    eventLoopLagMaxMs: z.number(),
  }),
  /** What is lost of all files together, as the manifest has it. Left out by older versions. */
  losses: lossesSchema.nullable().default(null),
  /** How much that is; null of a take that was not finalized. */
  content: contentSchema.nullable().default(null),
  events: z.array(reportEventSchema),
  /** Events that are in telemetry.ndjson and had no room here. */
  omittedEvents: z.int(),
  streams: z.array(reportStreamSchema),
  files: z.array(reportFileSchema),
  telemetry: z.object({
    lines: z.int(),
    snapshots: z.int(),
    unreadableLines: z.int(),
    isLastLineCut: z.boolean(),
    /** The longest time between two snapshots. */
    longestSilenceMs: z.number(),
  }),
  series: z.object({ bucketMs: z.number(), rows: z.array(seriesRowSchema) }),
  sections: z.array(reportSectionSchema),
});
export type Report = z.infer<typeof reportSchema>;
