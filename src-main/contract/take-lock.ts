import { z } from 'zod';

/** Who works on a take, as a file of the take's folder says it; written anew with each heartbeat. */
export const takeLockSchema = z.object({
  schema: z.literal('plateau.lock/1'),
  /** The machine, and the process namespace on it. */
  host: z.string(),
  pid: z.int().positive(),
  /** When that process started, in its system's words; null where it does not say. */
  started: z.string().nullable(),
  /** A process of its own that writes the files, and outlives it for a moment when it is killed; left out of other takes. */
  writer: z.object({ pid: z.int().positive(), started: z.string().nullable() }).optional(),
  /** What is being done; `delivering` only beside finished files, in the folder in which they are made. */
  work: z.enum(['recording', 'checking', 'recovering', 'editing', 'delivering']),
  /** The latest heartbeat, by that machine's clock, and on the take's timeline in milliseconds. */
  beatAt: z.iso.datetime(),
  beatTakeMs: z.number().nonnegative(),
});
export type TakeLockContent = z.infer<typeof takeLockSchema>;
