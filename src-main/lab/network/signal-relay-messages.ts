import { z } from 'zod';

/** What the lab tells the process of a signalling relay. */
export const relayRequestSchema = z.discriminatedUnion('type', [
  /** With a media port, media go through the process as well. */
  z.object({ type: z.literal('start'), serverPort: z.int(), mediaPort: z.int().nullable() }),
  /** 0 lifts the limit. */
  z.object({ type: z.literal('throttle'), bitsPerSecond: z.int().nonnegative() }),
  z.object({
    type: z.literal('impair'),
    lossRatio: z.number().min(0).max(1),
    jitterMs: z.number().nonnegative(),
  }),
]);
/** A parsed request. */
export type RelayRequest = z.infer<typeof relayRequestSchema>;

/** What the process answers to `start`. */
export const relayReportSchema = z.object({ type: z.literal('listening'), port: z.int() });
/** A parsed report. */
export type RelayReport = z.infer<typeof relayReportSchema>;
