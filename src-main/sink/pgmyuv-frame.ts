import type { RotationDegrees } from '../pipeline/video-frame.js';

/**
 * A whole frame as ffmpeg's `pgmyuv` decoder reads it: the header `P5`, width, height * 3 / 2 and 255,
 * then the rows of Y, then rows that hold a row of U and a row of V side by side. Each frame carries
 * its own size, which is what lets the resolution change in mid-stream.
 * Source: libavcodec/pnmdec.c (the PGMYUV branch).
 */
export interface PgmyuvFrame {
  readonly header: Buffer;
  readonly pixels: Uint8Array;
}

/** Pixels each way, divisible for every encoder's chroma; {@link isBlackFiller} knows it by its size. */
const blackSize = 16;

/** Reused for the chroma planes, so that packing allocates nothing; grows to the largest frame seen. */
let chromaScratch = new Uint8Array(0);

const headers = new Map<number, Buffer>();
/** Simulcast and window sizes give a handful of headers; screen shares of a resized window could give many. */
const maxCachedHeaders = 64;

function pgmyuvHeader(width: number, height: number): Buffer {
  const key = width * 65_536 + height;
  let header = headers.get(key);
  if (header === undefined) {
    if (headers.size >= maxCachedHeaders) headers.clear();
    header = Buffer.from(`P5\n${width} ${(height * 3) / 2}\n255\n`, 'latin1');
    headers.set(key, header);
  }
  return header;
}

/** Width and height of a packed frame, upright. */
export function frameSize({ header }: PgmyuvFrame): { readonly width: number; readonly height: number } {
  const [width = 0, rows = 0] = header.toString('latin1', 3).split(/\s/, 2).map(Number);
  return { width, height: (rows * 2) / 3 };
}

/** Whether it is {@link blackFrame}: no camera is as small as that. */
export function isBlackFiller({ pixels }: PgmyuvFrame): boolean {
  return pixels.length <= (blackSize * blackSize * 3) / 2;
}

/**
 * Packs a tight I420 frame into a PGMYUV one. An upright frame of even size is rearranged in place:
 * `i420` then belongs to the result. An odd row or column at the edge is cropped, for the encoder's
 * 4:2:0 canvas has none; a rotated frame is turned upright.
 */
export function packPgmyuv(
  i420: Uint8Array,
  width: number,
  height: number,
  rotationDegrees: RotationDegrees,
): PgmyuvFrame {
  const evenWidth = width & ~1;
  const evenHeight = height & ~1;
  if (rotationDegrees === 0 && evenWidth === width && evenHeight === height) {
    interleaveChromaRows(i420, width, height);
    return { header: pgmyuvHeader(width, height), pixels: i420 };
  }
  const quarterTurn = rotationDegrees === 90 || rotationDegrees === 270;
  const outWidth = quarterTurn ? evenHeight : evenWidth;
  const outHeight = quarterTurn ? evenWidth : evenHeight;
  const pixels = new Uint8Array((outWidth * outHeight * 3) / 2);
  const chromaStride = (width + 1) >> 1;
  const chromaRows = (height + 1) >> 1;
  const planeU = width * height;
  const planeV = planeU + chromaStride * chromaRows;
  const outChroma = outWidth * outHeight;
  turnPlane(i420, 0, width, evenWidth, evenHeight, rotationDegrees, pixels, 0, outWidth);
  for (const [source, target] of [
    [planeU, outChroma],
    [planeV, outChroma + outWidth / 2],
  ] as const) {
    turnPlane(
      i420,
      source,
      chromaStride,
      evenWidth / 2,
      evenHeight / 2,
      rotationDegrees,
      pixels,
      target,
      outWidth,
    );
  }
  return { header: pgmyuvHeader(outWidth, outHeight), pixels };
}

/** Rearranges U and V, plane after plane, into rows of U and V side by side. */
function interleaveChromaRows(i420: Uint8Array, width: number, height: number): void {
  const chromaStart = width * height;
  const chromaBytes = chromaStart / 2;
  if (chromaScratch.length < chromaBytes) chromaScratch = new Uint8Array(chromaBytes);
  chromaScratch.set(i420.subarray(chromaStart, chromaStart + chromaBytes));
  const rowBytes = width / 2;
  const planeBytes = chromaBytes / 2;
  let target = chromaStart;
  for (let source = 0; source < planeBytes; source += rowBytes) {
    i420.set(chromaScratch.subarray(source, source + rowBytes), target);
    i420.set(chromaScratch.subarray(planeBytes + source, planeBytes + source + rowBytes), target + rowBytes);
    target += width;
  }
}

/** Copies one plane of `columns` x `rows`, turned clockwise, into rows of `outStride` bytes. */
function turnPlane(
  source: Uint8Array,
  sourceStart: number,
  sourceStride: number,
  columns: number,
  rows: number,
  rotationDegrees: RotationDegrees,
  target: Uint8Array,
  targetStart: number,
  outStride: number,
): void {
  for (let row = 0; row < rows; row += 1) {
    const rowStart = sourceStart + row * sourceStride;
    switch (rotationDegrees) {
      case 0:
        target.set(source.subarray(rowStart, rowStart + columns), targetStart + row * outStride);
        break;
      case 90:
        for (let column = 0; column < columns; column += 1) {
          target[targetStart + column * outStride + (rows - 1 - row)] = source[rowStart + column] ?? 0;
        }
        break;
      case 180:
        for (let column = 0; column < columns; column += 1) {
          target[targetStart + (rows - 1 - row) * outStride + (columns - 1 - column)] =
            source[rowStart + column] ?? 0;
        }
        break;
      case 270:
        for (let column = 0; column < columns; column += 1) {
          target[targetStart + (columns - 1 - column) * outStride + row] = source[rowStart + column] ?? 0;
        }
        break;
    }
  }
}

/**
 * A black frame (Y 16, U and V 128: limited range). It is as small as can be, for ffmpeg scales it
 * into the canvas.
 */
export function blackFrame(): PgmyuvFrame {
  const size = blackSize;
  const pixels = new Uint8Array((size * size * 3) / 2).fill(128);
  pixels.fill(16, 0, size * size);
  return { header: pgmyuvHeader(size, size), pixels };
}
