import { z } from 'zod';

/** What readings of memory allow to be said: never more. `unreadable` when one of them is missing. */
export const flatnessVerdictSchema = z.enum(['flat', 'leaking', 'undecided', 'unreadable']);
export type FlatnessVerdict = z.infer<typeof flatnessVerdictSchema>;

/** Slope of one process's memory, with its 90 % confidence interval; null while there is too little to say. */
export const processVerdictSchema = z.object({
  verdict: flatnessVerdictSchema,
  slope: z
    .object({ mbPerMinute: z.number(), lowerMbPerMinute: z.number(), upperMbPerMinute: z.number() })
    .nullable(),
});
export type ProcessVerdict = z.infer<typeof processVerdictSchema>;

/** What a slope's confidence interval is held against, in MB (10^6 bytes) per minute. */
export const flatnessLimitsSchema = z.object({
  /** Flat: the whole interval is below it. */
  flatBelowMbPerMinute: z.number().positive(),
  /** Leaking: the whole interval is above it. */
  leakAboveMbPerMinute: z.number().positive(),
});
export type FlatnessLimits = z.infer<typeof flatnessLimitsSchema>;

/** The verdict on each process, over the same window. */
export const memoryVerdictSchema = z.object({
  main: processVerdictSchema,
  /** All encoders together; null while there are none. */
  ffmpeg: processVerdictSchema.nullable(),
  /** The console's window, where the engine can measure it. */
  renderer: processVerdictSchema.nullable(),
  /** Left out at the start of the window. */
  warmUpMs: z.number(),
  /** What is judged: whole blocks since the warm-up. */
  windowMs: z.number(),
  blockMs: z.number(),
  /** What was judged by; left out in telemetry from before it was written. */
  limits: flatnessLimitsSchema.extend({ areChosen: z.boolean() }).optional(),
  /**
   * When there will be readings enough for a slope, on the take's clock, if nobody comes or goes; null when there is one,
   * or can be none. Left out by older versions.
   */
  slopeAtMs: z.number().nullable().optional(),
  /** How often streams came or went: each begins a warm-up and another stretch of the window. */
  restarts: z.int().nonnegative(),
});
export type MemoryVerdict = z.infer<typeof memoryVerdictSchema>;

/** One word on a run: what a soak ends with, and what a report says in large letters. */
export const memoryWordSchema = z.enum([
  'FLAT',
  'LEAK',
  'UNDECIDED',
  'NO VERDICT',
  'OVER BUDGET',
  'OVER CEILING',
]);
export type MemoryStatus = z.infer<typeof memoryWordSchema>;

/** What is known of memory at the end of a run. */
export const memoryOutcomeSchema = z.object({
  word: memoryWordSchema,
  verdict: memoryVerdictSchema.nullable(),
  peakRssBytes: z.int().nonnegative(),
  /** Of the moment of the peak; null before the first file. */
  budgetBytes: z.int().nonnegative().nullable(),
  /** Memory was above the budget of its moment; by the two above in what an older version says. */
  hasExceededBudget: z.boolean().optional(),
  /** The latest ceiling that memory was above, for however short a time; null when it was above none. */
  exceededCeilingBytes: z.int().nonnegative().nullable(),
});
export type MemoryOutcome = z.infer<typeof memoryOutcomeSchema>;
