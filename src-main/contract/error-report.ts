import { z } from 'zod';
import { type ErrorCode, errorExitCodes } from './errors.js';

/** What a console receives of a failure. */
export const errorReportSchema = z.object({
  code: z.enum(Object.keys(errorExitCodes) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  hint: z.string(),
});
