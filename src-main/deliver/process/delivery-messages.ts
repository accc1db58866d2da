import { z } from 'zod';
import { deliverableSchema, deliverableSettingsSchema } from '../../contract/deliverables.js';
import { errorReportSchema } from '../../contract/error-report.js';

/** What the process is asked for: once, and that one take is all that it does. */
export const deliveryRequestSchema = z.object({
  type: z.literal('deliver'),
  takeFolder: z.string(),
  settings: deliverableSettingsSchema,
});
export type DeliveryRequest = z.infer<typeof deliveryRequestSchema>;

const fraction = z.number().min(0).max(1.001);

/** What it tells. */
export const deliveryReportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('progress'),
    progress: z.object({
      file: z.string(),
      number: z.int(),
      files: z.int(),
      step: z.enum(['reading', 'encoding', 'joining', 'proving']),
      fileFraction: fraction,
      fraction,
    }),
  }),
  z.object({
    type: z.literal('file'),
    file: z.object({
      source: z.string(),
      file: z.string(),
      folder: z.string().optional(),
      outcome: z.enum(['made', 'kept', 'isMp4', 'unreadable', 'failed']),
      deliverable: deliverableSchema.nullable(),
      error: errorReportSchema.nullable(),
    }),
  }),
  z.object({ type: z.literal('done'), takeName: z.string(), folder: z.string() }),
  z.object({ type: z.literal('failed'), error: errorReportSchema }),
]);
export type DeliveryReport = z.infer<typeof deliveryReportSchema>;
