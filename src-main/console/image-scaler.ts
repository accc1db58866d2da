import type { RotationDegrees } from '../pipeline/video-frame.js';
import type { I420Frame } from './thumbnail-image.js';

export interface I420Image {
  readonly width: number;
  readonly height: number;
  /** Tight planes: Y, U, V. */
  readonly i420: Uint8Array;
}

/** Where the samples of a plane are read from: at the sum of a step across and a step down. */
interface PlaneMap {
  readonly across: Int32Array;
  readonly acrossNext: Int32Array;
  readonly down: Int32Array;
  readonly downNext: Int32Array;
}

interface Geometry {
  readonly source: Pick<I420Frame, 'width' | 'height' | 'rotationDegrees'>;
  readonly width: number;
  readonly height: number;
  readonly luma: PlaneMap;
  readonly chroma: PlaneMap;
}

/**
 * Shrinks frames into a box, upright, and leaves them I420, which is less than half of RGBA. It is called for many
 * frames of one size: its buffer and its tables are made once for all of them.
 */
export class ImageScaler {
  readonly #maxWidth: number;
  readonly #maxHeight: number;
  readonly #pixels: Uint8Array<ArrayBuffer>;
  #geometry: Geometry | null = null;

  /** @param maxWidth of the box, in pixels, as `maxHeight`; what is smaller is never enlarged */
  constructor(maxWidth: number, maxHeight: number) {
    this.#maxWidth = maxWidth;
    this.#maxHeight = maxHeight;
    this.#pixels = new Uint8Array(maxWidth * maxHeight + 2 * half(maxWidth) * half(maxHeight));
  }

  /** Each sample is the mean of four. The image is valid until the next call. */
  scale(frame: I420Frame): I420Image {
    const geometry = this.#geometryOf(frame);
    const { width, height, luma, chroma } = geometry;
    const pixels = this.#pixels;
    const sourceLuma = frame.width * frame.height;
    const sourceChroma = half(frame.width) * half(frame.height);
    let at = shrink(frame.i420, 0, luma, pixels, 0);
    at = shrink(frame.i420, sourceLuma, chroma, pixels, at);
    at = shrink(frame.i420, sourceLuma + sourceChroma, chroma, pixels, at);
    return { width, height, i420: pixels.subarray(0, at) };
  }

  #geometryOf(frame: I420Frame): Geometry {
    const known = this.#geometry;
    const isSame =
      known?.source.width === frame.width &&
      known.source.height === frame.height &&
      known.source.rotationDegrees === frame.rotationDegrees;
    if (isSame) return known;
    const { rotationDegrees } = frame;
    const source = { width: frame.width, height: frame.height, rotationDegrees };
    const isTurned = rotationDegrees === 90 || rotationDegrees === 270;
    const upright = isTurned ? [frame.height, frame.width] : [frame.width, frame.height];
    const [uprightWidth = 1, uprightHeight = 1] = upright;
    const scale = Math.min(1, this.#maxWidth / uprightWidth, this.#maxHeight / uprightHeight);
    const width = Math.max(1, Math.round(uprightWidth * scale));
    const height = Math.max(1, Math.round(uprightHeight * scale));
    const luma = planeMap(source.width, source.height, width, height, rotationDegrees);
    const chroma = planeMap(
      ...([half(source.width), half(source.height), half(width), half(height)] as const),
      rotationDegrees,
    );
    this.#geometry = { source, width, height, luma, chroma };
    return this.#geometry;
  }
}

/** @returns where the next plane begins in `into` */
function shrink(
  from: Uint8Array,
  plane: number,
  { across, acrossNext, down, downNext }: PlaneMap,
  into: Uint8Array,
  begin: number,
): number {
  let at = begin;
  for (let y = 0; y < down.length; y += 1) {
    const first = plane + (down[y] ?? 0);
    const second = plane + (downNext[y] ?? 0);
    for (let x = 0; x < across.length; x += 1) {
      const one = across[x] ?? 0;
      const other = acrossNext[x] ?? 0;
      const sum =
        (from[first + one] ?? 0) +
        (from[first + other] ?? 0) +
        (from[second + one] ?? 0) +
        (from[second + other] ?? 0);
      into[at] = (sum + 2) >> 2;
      at += 1;
    }
  }
  return at;
}

/**
 * Turned by a quarter, a step across the image is a step down the plane: the place of a sample is still the sum of
 * one number for its column and one for its row.
 */
function planeMap(
  sourceWidth: number,
  sourceHeight: number,
  width: number,
  height: number,
  rotationDegrees: RotationDegrees,
): PlaneMap {
  const isTurned = rotationDegrees === 90 || rotationDegrees === 270;
  const [acrossLength, acrossStride] = isTurned ? [sourceHeight, sourceWidth] : [sourceWidth, 1];
  const [downLength, downStride] = isTurned ? [sourceWidth, 1] : [sourceHeight, sourceWidth];
  // Turned clockwise by 90 degrees, what was bottom left stands top left.
  const isAcrossBack = rotationDegrees === 90 || rotationDegrees === 180;
  const isDownBack = rotationDegrees === 180 || rotationDegrees === 270;
  const [across, acrossNext] = steps(acrossLength, acrossStride, width, isAcrossBack);
  const [down, downNext] = steps(downLength, downStride, height, isDownBack);
  return { across, acrossNext, down, downNext };
}

/** The two samples that each step of the image reads, a quarter and three quarters into what it covers. */
function steps(
  length: number,
  stride: number,
  count: number,
  isBack: boolean,
): readonly [Int32Array, Int32Array] {
  const read = (share: number): Int32Array =>
    Int32Array.from({ length: count }, (_, index) => {
      const at = Math.min(length - 1, Math.floor(((index + share) / count) * length));
      return (isBack ? length - 1 - at : at) * stride;
    });
  return [read(0.25), read(0.75)];
}

/** Of a chroma plane, rounded up. */
function half(length: number): number {
  return (length + 1) >> 1;
}
