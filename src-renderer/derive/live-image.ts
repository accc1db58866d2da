import type { LiveImage } from '../../src-main/contract/media-events.js';

/** What is used of newer browsers, which decode without a text in between. */
interface DecodesBase64 {
  setFromBase64?: (text: string) => { readonly written: number };
}

/**
 * Turns live images into RGBA. Its buffers are kept from image to image, and are made anew only when the size changes.
 */
export class LiveImageReader {
  #i420 = new Uint8Array(0);
  #pixels = new Uint8ClampedArray(0);

  /**
   * The image's pixels, valid until the next call.
   *
   * @returns null for what is no image of that size
   */
  read({ width, height, i420 }: LiveImage): Uint8ClampedArray<ArrayBuffer> | null {
    if (width <= 0 || height <= 0) return null;
    const chromaStride = (width + 1) >> 1;
    const bytes = width * height + 2 * chromaStride * ((height + 1) >> 1);
    if (this.#i420.length !== bytes) this.#i420 = new Uint8Array(bytes);
    if (this.#pixels.length !== width * height * 4) {
      this.#pixels = new Uint8ClampedArray(width * height * 4).fill(255);
    }
    if (decode(i420, this.#i420) !== bytes) return null;
    paint(this.#i420, width, height, this.#pixels);
    return this.#pixels;
  }
}

/** @returns how many bytes the text holds */
function decode(text: string, into: Uint8Array & DecodesBase64): number {
  try {
    if (into.setFromBase64 !== undefined) {
      // It stops where the buffer is full.
      const isLonger = text.length > 4 * Math.ceil(into.length / 3);
      return isLonger ? -1 : into.setFromBase64(text).written;
    }
    const bytes = atob(text);
    for (let index = 0; index < bytes.length; index += 1) into[index] = bytes.charCodeAt(index);
    return bytes.length;
  } catch {
    return -1;
  }
}

/** BT.601, limited range, in 8-bit fixed point; a clamped array rounds nothing and clamps by itself. */
function paint(i420: Uint8Array, width: number, height: number, rgba: Uint8ClampedArray): void {
  const chromaStride = (width + 1) >> 1;
  const planeU = width * height;
  const planeV = planeU + chromaStride * ((height + 1) >> 1);
  for (let y = 0; y < height; y += 1) {
    const chromaRow = (y >> 1) * chromaStride;
    let at = y * width * 4;
    for (let x = 0; x < width; x += 1) {
      const chroma = chromaRow + (x >> 1);
      const blue = (i420[planeU + chroma] ?? 128) - 128;
      const red = (i420[planeV + chroma] ?? 128) - 128;
      const light = 298 * ((i420[y * width + x] ?? 16) - 16) + 128;
      rgba[at] = (light + 409 * red) >> 8;
      rgba[at + 1] = (light - 100 * blue - 208 * red) >> 8;
      rgba[at + 2] = (light + 516 * blue) >> 8;
      at += 4;
    }
  }
}
