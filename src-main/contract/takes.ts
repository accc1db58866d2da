import { z } from 'zod';

/** How a take stands, for a list. `recovered`: it did not end in order, and its files play. */
export const takeConditionSchema = z.enum(['recording', 'verified', 'recovered', 'damaged']);
export type TakeCondition = z.infer<typeof takeConditionSchema>;

export const takeFileEntrySchema = z.object({
  file: z.string(),
  identity: z.string(),
  participantName: z.string(),
  kind: z.enum(['participant', 'screenShare']),
  /** As in the manifest: from 2 on it holds one further track alone. */
  trackNumber: z.int().min(1),
  hasVideo: z.boolean(),
  state: z.string(),
  durationMs: z.number().nullable(),
  sizeBytes: z.number().nullable(),
  problem: z.string().nullable(),
});

/** One line of the list of takes, read from its manifest. */
export const takeEntrySchema = z.object({
  takeName: z.string(),
  room: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: z.number().nullable(),
  sizeBytes: z.number(),
  condition: takeConditionSchema,
  /** The folder's absolute path, to be copied. */
  path: z.string(),
  files: z.array(takeFileEntrySchema),
  /** Where tracks were on and delivered nothing, or less than they should, in sentences. */
  warnings: z.array(z.string()).optional(),
});
export type TakeEntry = z.infer<typeof takeEntrySchema>;

export const takeVerificationSchema = z.object({
  isOk: z.boolean(),
  /** What is wrong, in sentences; empty when all is as it was recorded. */
  findings: z.array(z.string()),
});
export type TakeVerificationResult = z.infer<typeof takeVerificationSchema>;
