import { z } from 'zod';

/** What the replay buffer is doing. */
export const replayStateSchema = z.object({
  /** How much of the past it is to hold, in seconds. */
  seconds: z.number().positive(),
  /**
   * Where it comes from: encoders of its own while nothing is recorded, which use CPU as a take does, or in copy mode a receiver of
   * its own, which does not; the take's while one is; nothing while no room is joined, a take ends, or `problem` stands.
   */
  source: z.enum(['ownEncoders', 'ownReceiver', 'take', 'none']),
  /** How long a replay would be that is saved now, in milliseconds, and what is held in memory. */
  spanMs: z.number().nonnegative(),
  heldBytes: z.int().nonnegative(),
  capBytes: z.int().nonnegative(),
  /** Its cap, and not its age, makes material go: it is shorter than it should be. */
  isCapped: z.boolean(),
  /** Why it does not run, in a sentence. */
  problem: z.string().nullable(),
});
export type ReplayState = z.infer<typeof replayStateSchema>;

/** What a manifest says of a take that was saved from the replay buffer. */
export const replayOriginSchema = z.object({
  savedAt: z.iso.datetime(),
  /** How much was asked for. The take has all of it, or all that there was, and up to two seconds before it. */
  askedMs: z.number().positive(),
  /** The take that was recorded when it was saved; null between takes. */
  takeName: z.string().nullable(),
});
