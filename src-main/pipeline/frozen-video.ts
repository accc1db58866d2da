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
/** Every fourth byte of the luma: noise of a camera's sensor is everywhere. */
const stride = 4;

/** Compares a frame now and then with the one looked at before. */
export class FrozenVideo {
  #dueUs = 0;
  #changedUs = 0;
  #hash: number | null = null;
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
    const hash = hashOf(frame);
    if (hash === this.#hash) return;
    this.#hash = hash;
    this.#changedUs = frame.arrivalUs;
    this.#changes += 1;
    this.#frames = 0;
  }
}

/** FNV-1a over the luma, the size and the rotation. */
function hashOf(frame: VideoFrame): number {
  const { width, height, rotationDegrees } = frame;
  const luma = frame.copyI420();
  let hash = 0x811c9dc5 ^ (width * 31 + height * 17 + rotationDegrees);
  const end = width * height;
  for (let at = 0; at < end; at += stride) hash = Math.imul(hash ^ (luma[at] ?? 0), 0x01000193);
  return hash;
}
