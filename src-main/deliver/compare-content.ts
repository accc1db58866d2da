import type { DeliverableProof } from '../contract/deliverables.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import { blackLuma, type Content, levelBlockMs } from './content-reader.js';
import { turned } from './deliver-plan.js';

/** Encoding changes the mean of a frame by less, scaling too. */
const lumaTolerance = 8;
/** Encoding changes what 10 ms of audio have by less, in decibels. */
const levelTolerance = 10;
/** How far off it is looked for: in slots, and in blocks of 10 ms. */
const mostShift = 10;
/** Beside an edge a block has a part of each; a frame may be on either side of a slot's middle. */
const neighborhood = 1;
/** A share of this may differ: transients, fades, what is just above silence. */
const differingShare = 0.01;
/** Another position has to fit this much better before it is believed. */
const clearlyBetter = { factor: 0.8, least: 0.5 } as const;

/**
 * Holds a finished file against its original, both as they were decoded: frame by frame, and in blocks of 10 ms. Both have to
 * be of the same frame rate.
 *
 * @param canvas of the finished file @param rotation clockwise degrees that the original is turned by
 */
export function compareContent(
  original: Content,
  made: Content,
  canvas: Canvas | null,
  rotation: number,
): Omit<DeliverableProof, 'audioLongerMs'> {
  const audio = compare(original.level, made.level, levelTolerance);
  return {
    video:
      canvas === null ? null : videoOf(compare(lumaIn(canvas, original, rotation), made.luma, lumaTolerance)),
    audio: { blocks: audio.length, differing: audio.differing, offMs: audio.shift * levelBlockMs },
  };
}

/** What is wrong with a comparison, in one sentence; null when nothing is. */
export function differenceIn({ audio, video }: Omit<DeliverableProof, 'audioLongerMs'>): string | null {
  if (video !== null && video.offFrames !== 0)
    return `The video is ${Math.abs(video.offFrames)} frames ${video.offFrames > 0 ? 'late' : 'early'}.`;
  if (audio.offMs !== 0)
    return `The audio is ${Math.abs(audio.offMs)} ms ${audio.offMs > 0 ? 'late' : 'early'}.`;
  if (video !== null && video.differing > video.frames * differingShare)
    return `${video.differing} of ${video.frames} frames show something else than the original.`;
  if (audio.differing > audio.blocks * differingShare)
    return `${audio.differing * levelBlockMs} ms of ${audio.blocks * levelBlockMs} ms of audio are not as loud as in the original.`;
  return null;
}

function videoOf({ differing, length, shift }: Compared): DeliverableProof['video'] {
  return { frames: length, differing, offFrames: shift };
}

/** The mean luma of each slot once its frame is fitted into a canvas, with black around it. */
function lumaIn(canvas: Canvas, { luma, sizeIndex, sizes }: Content, rotation: number): Uint8Array {
  const box = turned(canvas, rotation);
  const shares = sizes.map(({ height, width }) => {
    const scale = Math.min(box.width / width, box.height / height);
    return (width * height * scale * scale) / (box.width * box.height);
  });
  return luma.map((value, slot) => {
    const share = shares[sizeIndex[slot] ?? 0] ?? 1;
    return Math.round(blackLuma + (value - blackLuma) * share);
  });
}

interface Compared {
  /** How many were compared. */
  readonly length: number;
  readonly differing: number;
  /** By how much the second one is late. */
  readonly shift: number;
}

function compare(one: Uint8Array, other: Uint8Array, tolerance: number): Compared {
  const length = Math.min(one.length, other.length);
  const inPlace = meanDifference(one, other, 0);
  let shift = 0;
  let best = Math.min(inPlace * clearlyBetter.factor, inPlace - clearlyBetter.least);
  for (let tried = -mostShift; tried <= mostShift; tried += 1) {
    const difference = meanDifference(one, other, tried);
    if (difference >= best) continue;
    best = difference;
    shift = tried;
  }
  let differing = 0;
  for (let index = 0; index < length; index += 1) {
    if (!isNear(one, other, index, tolerance)) differing += 1;
  }
  return { length, differing, shift };
}

function meanDifference(one: Uint8Array, other: Uint8Array, shift: number): number {
  const from = Math.max(0, -shift);
  const to = Math.min(one.length, other.length - shift);
  let sum = 0;
  for (let index = from; index < to; index += 1)
    sum += Math.abs((one[index] ?? 0) - (other[index + shift] ?? 0));
  return to > from ? sum / (to - from) : Infinity;
}

function isNear(one: Uint8Array, other: Uint8Array, index: number, tolerance: number): boolean {
  const found = other[index] ?? 0;
  for (let at = index - neighborhood; at <= index + neighborhood; at += 1) {
    const wanted = one[at];
    if (wanted !== undefined && Math.abs(wanted - found) <= tolerance) return true;
  }
  return false;
}
