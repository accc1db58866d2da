import { z } from 'zod';
import { memoryOutcomeSchema } from './verdict.js';

/** A take of a set length, whose memory is judged. */
export const soakSchema = z.object({
  takeName: z.string(),
  minutes: z.number(),
  startedAt: z.iso.datetime(),
  /** Null while it runs, and of one that could not be judged. */
  outcome: memoryOutcomeSchema.nullable(),
  isRunning: z.boolean(),
});
export type Soak = z.infer<typeof soakSchema>;
