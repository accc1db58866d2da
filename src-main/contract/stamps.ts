import { z } from 'zod';

/**
 * Packets of one stream, in their order. The hash is SHA-256 over the size and the CRC-32 of each packet, both as
 * 32-bit little-endian numbers.
 */
export const packetCountSchema = z.object({
  packets: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});
export type PacketCount = z.infer<typeof packetCountSchema>;

/** The same of a file; null for a kind of stream that it does not have. */
export const streamPacketsSchema = z.object({
  video: packetCountSchema.nullable(),
  audio: packetCountSchema.nullable(),
});
export type StreamPackets = z.infer<typeof streamPacketsSchema>;

/** A stretch of a file's timeline. */
export const streamGapSchema = z.object({
  stream: z.enum(['video', 'audio']),
  atMs: z.number(),
  durationMs: z.number().nonnegative(),
});
export type StreamGap = z.infer<typeof streamGapSchema>;
