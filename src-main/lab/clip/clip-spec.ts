import { createHash } from 'node:crypto';
import { clipFrameCount } from '../pattern/frame-code.js';

/**
 * Part of every clip's name in the cache: to be raised when what a clip shows, or how it is encoded, changes.
 */
const clipVersion = 2;
/** Bits for a pixel: enough for a picture whose lower quarter moves, and no more packets than needed. */
const bitsPerPixel = 0.036;
/** A small picture has as much to say in its code cells as a large one. */
const minBitrateBps = 100_000;

/** What a camera's clip shows, and how. Equal specs share one file. */
export interface VideoClipSpec {
  readonly width: number;
  readonly height: number;
  /** A divisor of {@link clipFrameCount}, so that a clip lasts whole seconds; see {@link isClipRate}. */
  readonly fps: number;
  readonly codec: 'vp8' | 'h264';
  /** Of VP8; 1 of H.264. */
  readonly temporalLayers: number;
  readonly maxBitrateBps: number;
  readonly name: string;
  readonly hue: number;
}

export interface AudioClipSpec {
  readonly beepHz: number;
}

/** Whether a clip can have this frame rate: with another, its end would not meet its beginning. */
export function isClipRate(fps: number): boolean {
  return Number.isInteger(fps) && clipFrameCount % fps === 0;
}

/** Bits per second that a clip is encoded with. */
export function clipBitrateBps({ width, height, fps, maxBitrateBps }: VideoClipSpec): number {
  const wantedBps = Math.max(minBitrateBps, width * height * fps * bitsPerPixel);
  return Math.round(Math.min(maxBitrateBps, wantedBps));
}

/** Name of a clip's file: readable, and different for different specs. */
export function videoClipFile(spec: VideoClipSpec): string {
  const { width, height, fps, codec, temporalLayers } = spec;
  const layers = temporalLayers === 1 ? '' : `-${temporalLayers}layers`;
  const ending = codec === 'vp8' ? 'ivf' : 'h264';
  return `video-${width}x${height}-${fps}${layers}-${digest(spec)}.${ending}`;
}

/** Name of the file of a microphone's clip: readable, and different for different specs. */
export function audioClipFile(spec: AudioClipSpec): string {
  return `audio-${Math.round(spec.beepHz)}-${digest(spec)}.ogg`;
}

function digest(spec: VideoClipSpec | AudioClipSpec): string {
  const entries = Object.entries(spec).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([clipVersion, entries]))
    .digest('hex')
    .slice(0, 16);
}
