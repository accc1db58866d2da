import { z } from 'zod';

const bytes = z.int().nonnegative();

/** The second copy of a take, which was made while it was recorded. */
export const manifestBackupSchema = z.object({
  /** The folder of the copy: absolute, as it was when the take was recorded. */
  path: z.string(),
  /** The folder of this manifest is the copy. */
  isThis: z.boolean(),
  state: z.enum([
    /** While the take is recorded, finalized or checked; so it stays when the program ends before the copy is proven. */
    'copying',
    /** Every file is byte by byte what it is in the take. */
    'proven',
    /** It lacks something, or could not be held against the take; `problem` says why. */
    'incomplete',
  ]),
  /** How many of its files are proven. */
  provenFiles: z.int().nonnegative(),
  /** What it lacks something for; null when nothing stands in its way. */
  problem: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      /** It had everything until then, on the take's timeline; null when that is not known. */
      sinceMs: z.number().nonnegative().nullable(),
    })
    .nullable(),
});
export type ManifestBackup = z.infer<typeof manifestBackupSchema>;

/** The second copy of a take while it is made. */
export const backupSnapshotSchema = z.object({
  path: z.string(),
  copiedBytes: bytes,
  /** What the take has more, as far as is known. */
  behindBytes: bytes,
  /** How long ago it had everything that was on the take's disk, in milliseconds. */
  lagMs: z.number().nonnegative(),
  /** Why it does not go on at the moment; null when it does. */
  problem: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
});
export type BackupSnapshot = z.infer<typeof backupSnapshotSchema>;
