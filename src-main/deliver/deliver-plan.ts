import { extname } from 'node:path';
import type { DeliverableSettings, DeliverableSize } from '../contract/deliverables.js';
import type { ManifestFile } from '../contract/manifest.js';
import { profiles } from '../contract/profile.js';
import { type Canvas, evenCanvas } from '../ffmpeg/ffmpeg-arguments.js';

/** A key frame each two seconds, so that every stretch, which is whole seconds long, begins with one. */
export const keyFrameEverySeconds = 2;
/** What a restart has to do again at most, in seconds of the file. */
export const stretchSeconds = 60;

/** All that decides what the video of a finished file looks like: stretches of equal plans can be joined. */
export interface VideoPlan {
  /** Of the finished file, upright. */
  readonly canvas: Canvas;
  /** Clockwise degrees that the original's frames are turned by: 0, 90, 180 or 270. */
  readonly rotation: number;
  /** Slots of the frame rate from the file's start to its end, each of which has a frame. */
  readonly slots: number;
  /** Slots before the first frame of the original: black. */
  readonly leadSlots: number;
  /** Whether the original says how its colors are meant. */
  readonly isColorKnown: boolean;
}

/** A size that frames of the original have, and in how many slots. */
export interface ShownSize extends Canvas {
  readonly slots: number;
}

const boxes: Readonly<Record<Exclude<DeliverableSize, 'source'>, Canvas>> = {
  '720p': profiles['720p30'].canvas,
  '1080p': profiles['1080p30'].canvas,
};

/**
 * The one size of a finished file, upright. Of several sizes the one with the most pixels, and of several such (a phone that
 * was turned) the one that is shown longest.
 *
 * @param rotation clockwise degrees that the frames are turned by
 */
export function canvasFor(sizes: readonly ShownSize[], rotation: number, size: DeliverableSize): Canvas {
  const pixels = ({ height, width }: Canvas): number => height * width;
  const [largest = { width: 2, height: 2 }] = sizes.toSorted(
    (a, b) => pixels(b) - pixels(a) || b.slots - a.slots,
  );
  const upright = turned(largest, rotation);
  if (size === 'source') return evenCanvas(upright);
  const box = boxes[size];
  return upright.height > upright.width ? { width: box.height, height: box.width } : box;
}

/** A size after a turn; the same for a turn back. */
export function turned({ height, width }: Canvas, rotation: number): Canvas {
  return rotation % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** The slot of a frame rate that is nearest to a time. */
export function slotOf(timeUs: number, fps: number): number {
  return Math.max(0, Math.round((timeUs * fps) / 1_000_000));
}

/** How many slots a file has: up to the end of its audio, and one for its last frame. */
export function slotCount(
  { audioEndUs, lastFrameUs }: { readonly audioEndUs: number; readonly lastFrameUs: number },
  fps: number,
): number {
  // Less than a thousandth of a slot is rounding.
  return Math.max(Math.ceil((audioEndUs * fps) / 1_000_000 - 0.001), slotOf(lastFrameUs, fps) + 1);
}

/** How many frames each stretch has, the last one what is left. */
export function stretchFrames(slots: number, fps: number, seconds = stretchSeconds): number[] {
  const whole = seconds * fps;
  return Array.from({ length: Math.ceil(slots / whole) }, (_, index) =>
    Math.min(whole, slots - index * whole),
  );
}

/** What a stretch is called inside of the folder in which it is made. */
export function stretchName(index: number): string {
  return `${String(index).padStart(5, '0')}.mp4`;
}

/** Whether a file of a take is MP4 already, so that nothing has to be made of it. */
export function isMp4(file: string): boolean {
  return ['.mp4', '.m4a'].includes(extname(file).toLowerCase());
}

/**
 * Whether nothing of an original can be read, so that nothing can be made of it: of a copied file nothing was on the disk when its
 * process was killed. Of what was encoded a segment may play all the same.
 */
export function isUnreadable({ copy, state }: Pick<ManifestFile, 'copy' | 'state'>): boolean {
  return state === 'damaged' && copy !== undefined;
}

/** What the finished file of an original is called. */
export function deliverableName(file: string, hasVideo: boolean): string {
  return `${file.slice(0, file.length - extname(file).length)}${hasVideo ? '.mp4' : '.m4a'}`;
}

/** Encoding again takes about as much as the original does; up to half as much again when a lot moves. */
const growth = 1.5;
/** For what grows on the disk meanwhile: logs, telemetry of a take that runs. */
const reserveBytes = 100_000_000;

/** Bytes that have to be free: for every file, and once more for the largest, whose stretches are joined into a copy. */
export function neededBytes(sourceBytes: readonly number[]): number {
  if (sourceBytes.length === 0) return 0;
  const sum = sourceBytes.reduce((all, bytes) => all + bytes, 0);
  return Math.round(growth * (sum + Math.max(...sourceBytes))) + reserveBytes;
}

/** Whether two settings make the same file of the same original. */
export function isSameSettings(one: DeliverableSettings, other: DeliverableSettings): boolean {
  return one.fps === other.fps && one.size === other.size;
}
