import { z } from 'zod';
import { isClipRate } from '../clip/clip-spec.js';

export const videoSpecSchema = z.object({
  width: z.int().min(16).max(3840),
  height: z.int().min(16).max(3840),
  fps: z.number().min(1).max(120),
  codec: z.enum(['vp8', 'h264']).default('vp8'),
  simulcast: z.boolean().default(false),
  /**
   * Each layer halves the frame rate. A server leaves out the upper ones where the line is narrow; with one
   * layer and without simulcast it has nothing to leave out. VP8 only.
   */
  temporalLayers: z.int().min(1).max(3).default(1),
  bitrateKbps: z.int().positive().default(1500),
});
export type VideoSpec = z.infer<typeof videoSpecSchema>;

const sizeSchema = { width: z.int().min(16).max(3840), height: z.int().min(16).max(3840) };

/**
 * What stands between a participant and the server. `clip`: frames that were encoded once are sent over and over,
 * for next to no CPU; a layer is chosen by the server alone. `libwebrtc`: a real client that paints, encodes and
 * adapts to its network.
 */
const publisherSchema = z.enum(['clip', 'libwebrtc']);

/** Simulcast, H.264 in layers or of odd sizes, and frame rates that do not divide 600 are left to libwebrtc. */
function canBeClip({ width, height, fps, simulcast, codec, temporalLayers }: VideoSpec): boolean {
  const isOdd = width % 2 === 1 || height % 2 === 1;
  return isClipRate(fps) && !simulcast && (codec === 'vp8' || (temporalLayers === 1 && !isOdd));
}

/**
 * What a synthetic participant can do. The frame counter of a source stands still while it is muted,
 * frozen or unpublished and goes on afterwards, so a missing number always means a lost frame.
 */
export const participantActionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('join') }),
  z.object({ type: z.literal('leave') }),
  /** Ends the participant's process without a goodbye; only for a participant that is `isolated`. */
  z.object({ type: z.literal('crash') }),
  z.object({ type: z.literal('muteMicrophone') }),
  z.object({ type: z.literal('unmuteMicrophone') }),
  z.object({ type: z.literal('publishMicrophone') }),
  z.object({ type: z.literal('unpublishMicrophone') }),
  /** Mutes the video track, as a camera button does. */
  z.object({ type: z.literal('cameraOff') }),
  z.object({ type: z.literal('cameraOn') }),
  z.object({ type: z.literal('publishCamera') }),
  z.object({ type: z.literal('unpublishCamera') }),
  /** Another size on the same track; portrait and odd sizes too. */
  z.object({ type: z.literal('resize'), ...sizeSchema }),
  /** The camera stops delivering frames without being muted. */
  z.object({ type: z.literal('freeze') }),
  z.object({ type: z.literal('unfreeze') }),
  /** The camera delivers frames at twice its rate. */
  z.object({ type: z.literal('flood') }),
  z.object({ type: z.literal('unflood') }),
  z.object({ type: z.literal('startScreenShare') }),
  z.object({ type: z.literal('stopScreenShare') }),
]);
export type ParticipantAction = z.infer<typeof participantActionSchema>;

function canPlayClips(spec: {
  readonly camera?: VideoSpec | undefined;
  readonly screenShare?: VideoSpec | undefined;
}): boolean {
  return [spec.camera, spec.screenShare].every((video) => video === undefined || canBeClip(video));
}

export const participantSpecSchema = z
  .object({
    identity: z.string().min(1),
    /** Drawn into the frame; the identity if missing. */
    name: z.string().optional(),
    camera: videoSpecSchema.optional(),
    microphone: z.boolean().default(true),
    /** A clip where it can be one. */
    publisher: publisherSchema.optional(),
    /** What `startScreenShare` publishes. */
    screenShare: videoSpecSchema.optional(),
    beepHz: z.number().min(200).max(8000).default(1000),
    /** In a process of its own, which `crash` needs. Implied by a scheduled crash. */
    isolated: z.boolean().default(false),
    /** Relative to the start of the room; null joins on command only. */
    joinAtMs: z.number().min(0).nullable().default(0),
    schedule: z.array(z.object({ atMs: z.number().min(0), action: participantActionSchema })).default([]),
  })
  .refine((spec) => spec.publisher !== 'clip' || canPlayClips(spec), {
    error: 'A clip has one spatial layer, a frame rate that divides 600, and temporal layers with VP8 only.',
  })
  .transform((spec) => ({
    ...spec,
    name: spec.name ?? spec.identity,
    publisher: spec.publisher ?? (canPlayClips(spec) ? 'clip' : 'libwebrtc'),
    isolated: spec.isolated || spec.schedule.some(({ action }) => action.type === 'crash'),
  }));
/** As a caller writes it: defaults may be left out. */
export type ParticipantSpec = z.input<typeof participantSpecSchema>;
/** With every default filled in. */
export type ParticipantPlan = z.output<typeof participantSpecSchema>;
