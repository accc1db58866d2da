import { type Profile, profiles } from '../contract/profile.js';
import { measureEncodingCost } from '../ffmpeg/encoding-cost.js';
import { findSuitableFfmpeg } from './suitable-ffmpeg.js';

/** What a million pixels cost on this machine, in milliseconds of CPU time. */
export interface MachineCost {
  /** Encoded by the profile. */
  readonly encodeMs: number;
  /** Received, decoded, and handed to the encoder. */
  readonly receiveMs: number;
}

/**
 * The recorder needs a fifth of a core for a camera of 720p30 where ffmpeg needs a quarter (docs/decisions/0012): receiving,
 * decoding and handing over together cost 0.8 of encoding with the preset of the usual profile.
 */
const receiveShare = 0.8;
const measured = new Map<string, Promise<number | null>>();

/**
 * What encoding by a profile costs on this machine: a second of work, done once for each preset.
 *
 * @returns null when it could not be measured
 * @throws PlateauError `ffmpegMissing`, `ffmpegUnsuitable`
 */
export async function machineCost(profile: Profile): Promise<MachineCost | null> {
  // One after the other: two at once would measure each other.
  const usual = await costOnce(profiles['720p30']);
  const encodeMs = await costOnce(profile);
  return usual === null || encodeMs === null ? null : { encodeMs, receiveMs: receiveShare * usual };
}

async function costOnce(profile: Profile): Promise<number | null> {
  const { path } = await findSuitableFfmpeg({ profile, audioOnly: false });
  const key = [path, profile.container === 'webm', profile.preset].join(' ');
  const known = measured.get(key) ?? measureEncodingCost({ ffmpegPath: path }, profile).catch(() => null);
  measured.set(key, known);
  const costMs = await known;
  // The next one who asks may have more luck.
  if (costMs === null) measured.delete(key);
  return costMs;
}
