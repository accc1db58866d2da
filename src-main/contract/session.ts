import { z } from 'zod';
import { profileSchema } from './profile.js';

/** The machine a take is recorded on: what a reader of its figures has to know, and nothing that names it. */
export const machineSchema = z.object({
  /** `linux`, `darwin`, `win32`. */
  platform: z.string(),
  osRelease: z.string(),
  architecture: z.string(),
  cpuModel: z.string(),
  logicalCpuCount: z.int().nonnegative(),
  memoryTotalBytes: z.int().nonnegative(),
});

/** Versions of everything that touches memory; null for what is not there or does not say. */
export const versionsSchema = z.object({
  plateau: z.string(),
  node: z.string(),
  rtcNode: z.string().nullable(),
  ffmpeg: z.string().nullable(),
  electron: z.string().nullable(),
});

/** The first line of a take's telemetry.ndjson: under which conditions its figures came about. */
export const sessionSchema = z.object({
  schema: z.literal('plateau.session/1'),
  at: z.iso.datetime(),
  machine: machineSchema,
  versions: versionsSchema,
  /** The table of caps, by name; units stand in the names. */
  caps: z.record(z.string(), z.number()),
  room: z.string(),
  profile: profileSchema,
  audioOnly: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

export const budgetLineSchema = z.object({ buffer: z.string(), bytes: z.number().nonnegative() });

/** A line of telemetry.ndjson for each change of the budget: what is recorded has changed. */
export const budgetChangeSchema = z.object({
  schema: z.literal('plateau.budget/1'),
  at: z.iso.datetime(),
  takeMs: z.number(),
  totalBytes: z.number().nonnegative(),
  lines: z.array(budgetLineSchema),
  /** What ffmpeg's processes may use beside it. Older telemetry lacks it. */
  encoderBytes: z.number().nonnegative().default(0),
});
export type BudgetChange = z.infer<typeof budgetChangeSchema>;
