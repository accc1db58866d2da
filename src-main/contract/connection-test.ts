import { z } from 'zod';
import { errorReportSchema } from './error-report.js';
import { sourceFormSchema } from './source-form.js';

/** Where to join, and with what, while it is only tried. */
export const connectionFormSchema = sourceFormSchema
  .pick({ url: true, room: true, credentials: true })
  .strict();
export type ConnectionForm = z.infer<typeof connectionFormSchema>;

/** In the order in which they are shown. */
export const connectionParts = ['address', 'server', 'livekit', 'credentials', 'access', 'clock'] as const;

/** One step of a connection that was tried without joining. */
export const connectionStepSchema = z.object({
  part: z.enum(connectionParts),
  state: z.enum(['ok', 'warning', 'failed', 'notTried']),
  /** One sentence; empty for what was not tried because something before it has failed. */
  text: z.string(),
  /** What to do about it; null when nothing is to be done. */
  hint: z.string().nullable(),
  /** Of a step that failed: what joining would end with. */
  error: errorReportSchema.nullable(),
});
export type ConnectionStep = z.infer<typeof connectionStepSchema>;
