import { z } from 'zod';
import { manifestFileSchema } from './manifest.js';

/**
 * What the process that fills a copied take's files knows of them. The manifest is the recorder's, which may be blocked for
 * long, and be killed then: whoever finishes the take finds here which files there are, and what is in them.
 */
export const copiedFilesSchema = z.object({
  schema: z.literal('plateau.copied-files/1'),
  /** The files were ended in order, and everything below is counted to their ends. */
  hasEnded: z.boolean(),
  /** When this was written, in milliseconds on the take's timeline. */
  takeMs: z.number().nonnegative(),
  files: z.array(manifestFileSchema),
});
export type CopiedFiles = Omit<z.infer<typeof copiedFilesSchema>, 'schema'>;
