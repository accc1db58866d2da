import { z } from 'zod';

const seconds = (initial: number): z.ZodDefault<z.ZodNumber> => z.number().min(1).max(3600).default(initial);
/** A file of the take; all of them when it is left out. */
const file = z.string().min(1).max(255).optional();
/** A synthetic participant; the first one when it is left out. */
const identity = z.string().min(1).max(512).optional();

/**
 * What can be broken on purpose. Each ends by itself; what a fault shows is in docs/faults.md.
 */
export const faultSchema = z.discriminatedUnion('name', [
  /** The disk takes nothing. */
  z.strictObject({ name: z.literal('stallSink'), seconds: seconds(10) }),
  /** The disk takes so much and no more. */
  z.strictObject({
    name: z.literal('slowDisk'),
    kilobytesPerSecond: z.number().min(1).max(1_000_000).default(50),
    seconds: seconds(30),
  }),
  /** Every write fails as on a full disk: the take stops by itself and is finalized. */
  z.strictObject({ name: z.literal('fullDisk'), seconds: seconds(5) }),
  /** The event loop does not turn. */
  z.strictObject({ name: z.literal('blockLoop'), seconds: z.number().min(0.1).max(30).default(3) }),
  /** ffmpeg stands still (SIGSTOP) and goes on. */
  z.strictObject({ name: z.literal('pauseFfmpeg'), seconds: seconds(10), file }),
  /** ffmpeg is killed; a new one goes on. */
  z.strictObject({ name: z.literal('killFfmpeg'), file }),
  /** A camera sends nothing, without being switched off. */
  z.strictObject({ name: z.literal('freezeParticipant'), seconds: seconds(10), identity }),
  /** A camera sends twice as many frames. */
  z.strictObject({ name: z.literal('floodParticipant'), seconds: seconds(10), identity }),
  /** The connection breaks: only the signalling, or everything. */
  z.strictObject({
    name: z.literal('dropNetwork'),
    scenario: z
      .enum(['signalReconnect', 'fullReconnect', 'serverLeave', 'nodeFailure'])
      .default('fullReconnect'),
  }),
  /** The server sends the recorder no more frames than fit; only in the demo room. */
  z.strictObject({
    name: z.literal('throttleNetwork'),
    kilobitsPerSecond: z.number().min(1).max(1_000_000).default(500),
    seconds: seconds(20),
  }),
  /** The recorder keeps memory that it does not need, and gives it back at the end. */
  z.strictObject({
    name: z.literal('leak'),
    megabytesPerMinute: z.number().min(0.1).max(2_000).default(2),
    seconds: z.number().min(1).max(86_400).default(600),
  }),
  /** A recorder without caps runs beside the take, in a process of its own that ends at a set RSS. */
  z.strictObject({
    name: z.literal('unbounded'),
    stopAtMegabytes: z.number().min(200).max(64_000).default(2_000),
    seconds: seconds(60),
  }),
]);
export type Fault = z.infer<typeof faultSchema>;
export type FaultName = Fault['name'];

/** One that is running. */
export const activeFaultSchema = z.object({
  id: z.int().positive(),
  fault: faultSchema,
  startedAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
});
export type ActiveFault = z.infer<typeof activeFaultSchema>;
