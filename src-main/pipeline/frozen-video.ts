import { signalRules } from '../contract/limits.js';
import type { VideoFrame } from './video-frame.js';

/**
 * Copies of few frames are cheap, and a picture that stands still is noticed soon enough. The golden section of a second: what
 * repeats itself each second, a clock's hand or a lamp that blinks, is looked at at another moment each time.
 */
const lookEveryUs = 618_034;
/** Before a picture is called frozen every frame of it is looked at, for so long: what moves for a moment moves in it. */
const closeLookUs = {
  from: (signalRules.frozenAfterMs - 3_500) * 1_000,
  to: (signalRules.frozenAfterMs + 500) * 1_000,
} as const;
/** So many samples of the luma at the most: they lie over all of it, and hit whatever is 4 x 4 to 12 x 12 pixels large. */
const mostSamples = 65_536;
/** The least that `strideOf` may choose: a small picture is looked at no more densely. */
const leastStride = 7;
/**
 * By more than this of 256 levels a sample has to change. An encoder goes on refining a picture that stands still: VP8 and
 * H.264 of 0.3 and 1.5 Mbit/s by 2 or 3 (measured, libvpx and x264). The faintest noise of a sensor leaves 5 and more, behind
 * the encoder's own denoising as well.
 */
const refinedLevels = 4;

/**
 * Compares a frame now and then with the last one that was seen to differ. Keeps samples of that, 64 KiB at the most.
 */
export class FrozenVideo {
  #dueUs = 0;
  #changedUs = 0;
  #shape = '';
  #samples = new Uint8Array(0);
  #frames = 0;
  #changes = 0;

  /** How often a frame was seen that differs from the one before. */
  get changes(): number {
    return this.#changes;
  }

  /** Frames that came since then. */
  get frames(): number {
    return this.#frames;
  }

  /** May copy the frame during the call; neither keeps it nor gives it back. */
  note(frame: VideoFrame): void {
    this.#frames += 1;
    const stillUs = frame.arrivalUs - this.#changedUs;
    const isSuspicious = stillUs >= closeLookUs.from && stillUs < closeLookUs.to;
    const isDue = frame.arrivalUs >= this.#dueUs;
    if (!isDue && !isSuspicious) return;
    // From when it was due: frames come at whole fractions of a second, and would draw the looks with them.
    if (isDue) this.#dueUs = Math.max(this.#dueUs + lookEveryUs, frame.arrivalUs);
    if (!this.#differs(frame)) return;
    this.#changedUs = frame.arrivalUs;
    this.#changes += 1;
    this.#frames = 0;
  }

  /** What differs is what the next frames are compared with. */
  #differs(frame: VideoFrame): boolean {
    const { height, rotationDegrees, width } = frame;
    const luma = frame.copyI420();
    const pixels = width * height;
    const stride = strideOf(pixels);
    const shape = `${width}x${height}:${rotationDegrees}`;
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#samples = new Uint8Array(Math.ceil(pixels / stride));
    } else if (!isChanged(this.#samples, luma, stride)) {
      return false;
    }
    for (let index = 0; index < this.#samples.length; index += 1)
      this.#samples[index] = luma[index * stride] ?? 0;
    return true;
  }
}

function isChanged(samples: Uint8Array, luma: Uint8Array, stride: number): boolean {
  for (let index = 0; index < samples.length; index += 1) {
    const change = (luma[index * stride] ?? 0) - (samples[index] ?? 0);
    if (change > refinedLevels || change < -refinedLevels) return true;
  }
  return false;
}

/** Widths are multiples of 2, 3 and 5: a stride that is none lies elsewhere in each row. */
function strideOf(pixels: number): number {
  let stride = Math.max(leastStride, Math.ceil(pixels / mostSamples));
  while (stride % 2 === 0 || stride % 3 === 0 || stride % 5 === 0) stride += 1;
  return stride;
}
