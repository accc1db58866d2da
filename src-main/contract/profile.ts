import { z } from 'zod';

export const containerSchema = z.enum(['mp4', 'mkv', 'webm']);
export type Container = z.infer<typeof containerSchema>;

/** x264's speed presets, slowest last. */
export const presetSchema = z.enum([
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
]);

export const frameRateSchema = z.enum(['constant', 'variable']);

/**
 * How a take is encoded. MP4 and MKV hold H.264 + AAC, WebM holds VP8 + Opus.
 */
export const profileSchema = z.object({
  name: z.string(),
  /** The canvas every frame is fitted into; `null` takes the size that the track declares. */
  canvas: z.object({ width: z.int().min(16).max(7680), height: z.int().min(16).max(4320) }).nullable(),
  /** Frames above this rate are dropped before they are copied; `null` keeps every frame. */
  maxFps: z.number().positive().max(240).nullable(),
  /**
   * `constant`: frames stand in the slots of `maxFps`, and a slot without one repeats the frame before. `variable`: each
   * frame keeps its own time. Older manifests, which do not say, are variable.
   */
  frameRate: frameRateSchema.default('variable'),
  container: containerSchema,
  /** Constant rate factor, used when `videoBitrateKbps` is null. */
  crf: z.int().min(0).max(51),
  videoBitrateKbps: z.int().positive().nullable(),
  preset: presetSchema,
  audioBitrateKbps: z.int().min(32).max(510),
});
export type Profile = z.infer<typeof profileSchema>;

/** The rate of a constant frame rate for which a profile has none of its own. */
export const usualFps = 30;

/** Frames per second at which a profile's files are written; null where each frame keeps its own time. */
export function constantFps(profile: Pick<Profile, 'frameRate' | 'maxFps'>): number | null {
  return profile.frameRate === 'constant' ? (profile.maxFps ?? usualFps) : null;
}

/**
 * x264's own default quality, at a preset that leaves a small machine CPU for several cameras; and AAC above the 128 kbit/s
 * that ffmpeg takes when it is not told.
 */
const base = {
  container: 'mp4',
  crf: 23,
  videoBitrateKbps: null,
  preset: 'veryfast',
  audioBitrateKbps: 160,
} as const;

/** What the camera presets of LiveKit's clients send; a faster source is thinned out to it. */
const rate30 = { maxFps: 30, frameRate: 'constant' } as const;

/** The profiles that `--profile` and the console offer. */
export const profiles = {
  '720p30': { ...base, name: '720p30', canvas: { width: 1280, height: 720 }, ...rate30 },
  '1080p30': { ...base, name: '1080p30', canvas: { width: 1920, height: 1080 }, ...rate30 },
  source: { ...base, name: 'source', canvas: null, maxFps: null, frameRate: 'variable' },
} as const satisfies Record<string, Profile>;

/** What stands for a profile in a take that is recorded as it was sent: nothing is encoded by it. */
export const copyProfile: Profile = {
  ...base,
  name: 'copy',
  container: 'mkv',
  canvas: null,
  maxFps: null,
  frameRate: 'variable',
};

export type ProfileName = keyof typeof profiles;
export const defaultProfileName: ProfileName = '720p30';
