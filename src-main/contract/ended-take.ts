import { z } from 'zod';
import { dropCauseNames } from './drop-causes.js';
import { errorReportSchema } from './error-report.js';
import { lossesSchema, lossGradeSchema } from './stamps.js';

const count = z.int().nonnegative();
const dropsSchema = z.partialRecord(z.enum(dropCauseNames), count);

/** As {@link LossAccount} of `loss-account.ts`, which says what each is. */
const lossAccountSchema = z.object({
  grade: lossGradeSchema.nullable(),
  losses: lossesSchema,
  dropped: z.object({ video: dropsSchema, audio: dropsSchema }),
  gaps: count,
  lostPackets: count,
  missingTracks: count,
  missingNow: count.optional(),
  missingSignals: count,
});

/** What a take has come to, once its files are checked. */
const takeOutcomeSchema = z.object({
  /** How many there are; 0: nobody was recorded. */
  files: count,
  /** There are files, and every one of them is as it was recorded. */
  isVerified: z.boolean(),
  /** False: they play, and not of each is it proven that it is what was written. Left out when it is. */
  isProven: z.boolean().optional(),
  /** What it lacks; null when it could not be finalized, and `problem` says why. */
  account: lossAccountSchema.nullable(),
  /** Why it is not as it was asked for, with the code that a command ends with; null when it is. */
  problem: errorReportSchema.nullable(),
});
export type TakeOutcome = z.infer<typeof takeOutcomeSchema>;

const takeEndReasonSchema = z.enum([
  /** Somebody ended it. */
  'stopped',
  /** The time is over that it was started for. */
  'timeOver',
  /** The server closed the room. */
  'roomEnded',
  /** The recorder is not wanted in the room any more, or cannot come back. */
  'roomLost',
  /** It could not go on: the disk is full, for instance. */
  'failed',
  /** The room was left, or the program ends. */
  'left',
]);
export type TakeEndReason = z.infer<typeof takeEndReasonSchema>;

/** A take that has ended, in whatever way. */
export const endedTakeSchema = z.object({
  takeName: z.string(),
  endedAt: z.iso.datetime(),
  reason: takeEndReasonSchema,
  /** What made it end, where something went wrong. */
  cause: errorReportSchema.nullable(),
  /** Null until its files are checked. */
  outcome: takeOutcomeSchema.nullable(),
});
export type EndedTake = z.infer<typeof endedTakeSchema>;
