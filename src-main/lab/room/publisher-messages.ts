import { z } from 'zod';
import { type ErrorCode, errorExitCodes } from '../../contract/errors.js';
import { participantActionSchema, participantSpecSchema } from './participant-spec.js';
import { latenessSchema } from './publisher-lateness.js';
import { lateSlotSchema } from './slot-log.js';

const errorCodeSchema = z.enum(Object.keys(errorExitCodes) as [ErrorCode, ...ErrorCode[]]);

/** What the room tells a publisher process. */
export const publisherRequestSchema = z.discriminatedUnion('type', [
  /** Who will live in the process; their clips are made, if they are not in the cache. */
  z.object({
    type: z.literal('prepare'),
    url: z.string(),
    participants: z.array(z.object({ spec: participantSpecSchema, token: z.string(), hue: z.number() })),
  }),
  z.object({
    type: z.literal('start'),
    /** Moment 0 of every schedule, on the lab's clock. */
    startAtMs: z.number(),
  }),
  z.object({
    type: z.literal('command'),
    id: z.int(),
    identity: z.string(),
    action: participantActionSchema,
  }),
  z.object({ type: z.literal('measure'), id: z.int() }),
  z.object({ type: z.literal('stop') }),
]);
export type PublisherRequest = z.input<typeof publisherRequestSchema>;

export const publisherFiguresSchema = z.object({
  /** User and system time of the process since its start. */
  cpuMs: z.number(),
  rssBytes: z.number(),
  /** Frames painted and handed to WebRTC, over all tracks. */
  framesCaptured: z.number(),
  /** Slots that came too late and were left out; the frame counter does not count them. */
  slotsSkipped: z.number(),
  /** The newest slots that were late, in order for each process. */
  lateSlots: z.array(lateSlotSchema),
  /** Time spent painting and handing over, over all frames. */
  captureMs: z.number(),
  participants: z.array(
    z.object({
      identity: z.string(),
      /** Frames handed to WebRTC since the process started, camera and screen. */
      framesCaptured: z.number(),
      /**
       * Frames that left the encoder, of the tracks that are published now; null outside the room. Less
       * than captured: the encoder dropped them for want of CPU, and no recorder can have them. Counts
       * the largest layer of a simulcast track.
       */
      framesSent: z.number().nullable(),
      /** Of camera and screen, since the process started. */
      videoLateness: latenessSchema,
      /** Of the microphone, in pieces of 10 or 20 ms. */
      audioLateness: latenessSchema,
    }),
  ),
});
export type PublisherFigures = z.infer<typeof publisherFiguresSchema>;

/** What a publisher process reports. `id` is the command's, or null for an action of the schedule. */
export const publisherReportSchema = z.discriminatedUnion('type', [
  /** Loaded; waits for `prepare`. */
  z.object({ type: z.literal('ready') }),
  /** Waits for `start`, unless it failed. */
  z.object({
    type: z.literal('prepared'),
    failure: z.object({ code: errorCodeSchema, message: z.string(), hint: z.string() }).nullable(),
  }),
  z.object({
    type: z.literal('effect'),
    id: z.int().nullable(),
    identity: z.string(),
    action: participantActionSchema,
    atMs: z.number(),
  }),
  z.object({
    type: z.literal('failed'),
    id: z.int().nullable(),
    identity: z.string(),
    action: participantActionSchema,
    message: z.string(),
  }),
  z.object({ type: z.literal('figures'), id: z.int(), figures: publisherFiguresSchema }),
]);
export type PublisherReport = z.infer<typeof publisherReportSchema>;
