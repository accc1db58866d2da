import { minus } from '../../src-main/format/number.js';

/** How one track is heard. */
export interface Channel {
  /** 0 dB is as recorded; the lowest is silence. */
  readonly gainDb: number;
  readonly isMuted: boolean;
  /** While any track is soloed, the others are not heard. */
  readonly isSoloed: boolean;
}

/** Channels by track; a track without one is heard as it was recorded. */
export type Mixer = Readonly<Record<string, Channel>>;

/** The fader's way: a browser plays nothing louder than it is. */
export const faderLimits = { lowestDb: -60, highestDb: 0 } as const;

const plainChannel: Channel = { gainDb: faderLimits.highestDb, isMuted: false, isSoloed: false };

/** The channel of a track. */
export function channelOf(mixer: Mixer, trackId: string): Channel {
  return mixer[trackId] ?? plainChannel;
}

/** How loud a track is played, 0 to 1 as a factor of its samples. Mute is stronger than solo. */
export function volumeOf(mixer: Mixer, trackId: string): number {
  const { gainDb, isMuted, isSoloed } = channelOf(mixer, trackId);
  const isAnySoloed = Object.values(mixer).some((channel) => channel.isSoloed);
  if (isMuted || (isAnySoloed && !isSoloed) || gainDb <= faderLimits.lowestDb) return 0;
  return Math.min(1, 10 ** (gainDb / 20));
}

/** `0 dB`, `−12 dB`, `silent`. */
export function formatGain(gainDb: number): string {
  if (gainDb <= faderLimits.lowestDb) return 'silent';
  return `${gainDb < 0 ? minus : ''}${Math.abs(Math.round(gainDb))} dB`;
}
