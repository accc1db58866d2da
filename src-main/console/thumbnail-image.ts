import type { RotationDegrees } from '../pipeline/video-frame.js';

export interface I420Frame {
  /** Tight planes: Y, U, V. */
  readonly i420: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly rotationDegrees: RotationDegrees;
}

export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/**
 * Shrinks an image into a box, upright, and turns it into RGBA (BT.601, limited range: what WebRTC's
 * decoders deliver). Each pixel is the mean of four samples, which is enough for something this small.
 */
export function thumbnailOf(image: I420Frame, maxWidth: number, maxHeight: number): RgbaImage {
  const { i420, width, height, rotationDegrees } = image;
  const quarterTurn = rotationDegrees === 90 || rotationDegrees === 270;
  const uprightWidth = quarterTurn ? height : width;
  const uprightHeight = quarterTurn ? width : height;
  const scale = Math.min(1, maxWidth / uprightWidth, maxHeight / uprightHeight);
  const outWidth = Math.max(1, Math.round(uprightWidth * scale));
  const outHeight = Math.max(1, Math.round(uprightHeight * scale));
  const chromaStride = (width + 1) >> 1;
  const planeU = width * height;
  const planeV = planeU + chromaStride * ((height + 1) >> 1);
  const rgba = new Uint8Array(outWidth * outHeight * 4);
  let at = 0;
  for (let outY = 0; outY < outHeight; outY += 1) {
    for (let outX = 0; outX < outWidth; outX += 1) {
      const uprightX = (outX + 0.5) / outWidth;
      const uprightY = (outY + 0.5) / outHeight;
      const [acrossX, acrossY] = unturned(uprightX, uprightY, rotationDegrees);
      const x = Math.min(width - 1, Math.floor(acrossX * width));
      const y = Math.min(height - 1, Math.floor(acrossY * height));
      const nextX = Math.min(width - 1, x + 1);
      const nextY = Math.min(height - 1, y + 1);
      const luma =
        ((i420[y * width + x] ?? 16) +
          (i420[y * width + nextX] ?? 16) +
          (i420[nextY * width + x] ?? 16) +
          (i420[nextY * width + nextX] ?? 16)) /
        4;
      const chroma = (y >> 1) * chromaStride + (x >> 1);
      const blue = (i420[planeU + chroma] ?? 128) - 128;
      const red = (i420[planeV + chroma] ?? 128) - 128;
      const light = 1.164 * (luma - 16);
      rgba[at] = clamped(light + 1.596 * red);
      rgba[at + 1] = clamped(light - 0.392 * blue - 0.813 * red);
      rgba[at + 2] = clamped(light + 2.017 * blue);
      rgba[at + 3] = 255;
      at += 4;
    }
  }
  return { width: outWidth, height: outHeight, rgba };
}

/** Where a point of the upright image lies in the turned one, both as shares of width and height. */
function unturned(x: number, y: number, rotationDegrees: RotationDegrees): readonly [number, number] {
  switch (rotationDegrees) {
    case 0:
      return [x, y];
    case 90:
      return [y, 1 - x];
    case 180:
      return [1 - x, 1 - y];
    case 270:
      return [1 - y, x];
  }
}

function clamped(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
