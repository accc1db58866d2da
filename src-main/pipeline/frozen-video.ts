import type { VideoFrame } from './video-frame.js';

/** A copy of one frame a second is cheap, and a picture that stands still is noticed soon enough. */
const lookEveryUs = 1_000_000;
/** Every fourth byte of the luma: noise of a camera's sensor is everywhere. */
const stride = 4;

/** Compares a frame a second with the one before. */
export class FrozenVideo {
  #dueUs = 0;
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
    if (frame.arrivalUs < this.#dueUs) return;
    this.#dueUs = frame.arrivalUs + lookEveryUs;
    const hash = hashOf(frame);
    if (hash === this.#hash) return;
    this.#hash = hash;
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
