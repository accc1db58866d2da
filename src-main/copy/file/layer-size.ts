import type { PictureSize } from '../frames/encoded-frame.js';

/** Of the area of the top layer: encoders round sizes, and scale by a tenth when they are busy. */
const leastShare = 0.81;
/** Each layer is rounded, to even sizes mostly: so many pixels of a small one may be missing. */
const roundedPixels = 2;

/**
 * How large the top layer of a camera is, as far as a picture of any of its layers tells: what the publication declares, standing
 * or lying as the picture does; of another shape, what of it has the picture's. A picture that is as large as that itself is the answer.
 *
 * @param declared what the publication says; null when nothing is known, and then every size is the top one
 */
export function topLayerSize(picture: PictureSize, declared: PictureSize | null): PictureSize {
  if (declared === null || declared.width <= 0 || declared.height <= 0) return picture;
  const isTurned = picture.width > picture.height !== declared.width > declared.height;
  const box = isTurned ? { width: declared.height, height: declared.width } : declared;
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const isOfItsShape =
    box.width - picture.width * scale <= roundedPixels * scale &&
    box.height - picture.height * scale <= roundedPixels * scale;
  const top = isOfItsShape
    ? box
    : { width: even(picture.width * scale), height: even(picture.height * scale) };
  return areaOf(picture) < leastShare * areaOf(top) ? top : picture;
}

function areaOf({ height, width }: PictureSize): number {
  return width * height;
}

function even(pixels: number): number {
  return 2 * Math.round(pixels / 2);
}
