import type { ClipCache } from '../clip/clip-cache.js';
import type { AudioClipSpec, VideoClipSpec } from '../clip/clip-spec.js';
import type { ParticipantPlan, VideoSpec } from './participant-spec.js';

/** Which clip a camera or screen of this name and tint shows. */
export function videoClipSpec(
  { width, height, fps, codec, temporalLayers, bitrateKbps }: VideoSpec,
  name: string,
  hue: number,
): VideoClipSpec {
  return { width, height, fps, codec, temporalLayers, maxBitrateBps: bitrateKbps * 1000, name, hue };
}

/** Name that a participant's screen shows, so that it is not taken for the camera. */
export function screenName(plan: ParticipantPlan): string {
  return `${plan.name} screen`;
}

/** Tint of a participant's screen, opposite to that of the camera: both are shares of the color circle. */
export function screenHue(hue: number): number {
  return (hue + 0.5) % 1;
}

/** Which clip a participant's microphone plays: beeps of the same pitch share one. */
export function audioClipSpec({ beepHz }: ParticipantPlan): AudioClipSpec {
  return { beepHz };
}

/**
 * Makes or reads every clip that a participant's schedule will need, so that nothing waits for an encoder later.
 *
 * @throws PlateauError `ffmpegMissing`, `ffmpegFailed`
 */
export async function prepareClips(clips: ClipCache, plan: ParticipantPlan, hue: number): Promise<void> {
  const { camera, screenShare } = plan;
  if (plan.microphone) await clips.audio(audioClipSpec(plan));
  if (camera !== undefined) {
    const sizes = plan.schedule.flatMap(({ action }) => (action.type === 'resize' ? [action] : []));
    for (const { width, height } of [camera, ...sizes]) {
      await clips.video(videoClipSpec({ ...camera, width, height }, plan.name, hue));
    }
  }
  if (screenShare !== undefined) {
    await clips.video(videoClipSpec(screenShare, screenName(plan), screenHue(hue)));
  }
}
