import { type RefObject, useEffect, useRef } from 'react';
import type { LiveImage, Thumbnail } from '../../../../src-main/contract/media-events.js';
import { LiveImageReader } from '../../../derive/live-image.js';
import type { Feed } from '../../../derive/participants.js';
import { useModel } from '../../../model/model-context.js';

/** So long a live image is newer than any thumbnail: both are of the same frames. */
const liveForMs = 3_000;

/**
 * Draws what somebody shows: a small image a second, and live images while the tile is enlarged and the window is
 * seen.
 *
 * @returns for the canvas
 */
export function useImage(
  { participant, kind }: Feed,
  isShown: boolean,
  isEnlarged: boolean,
): RefObject<HTMLCanvasElement | null> {
  const { identity } = participant;
  const { liveImages, media, now } = useModel();
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = ref.current?.getContext('2d') ?? null;
    if (!isShown || context === null) return undefined;
    let liveAtMs = Number.NEGATIVE_INFINITY;
    const showThumbnail = (): void => {
      const thumbnail = media.thumbnailOf(identity, kind);
      if (thumbnail !== null && !document.hidden && now() - liveAtMs > liveForMs) draw(context, thumbnail);
    };
    showThumbnail();
    const endThumbnails = media.onThumbnail(identity, kind, showThumbnail);
    if (!isEnlarged) return endThumbnails;
    const show = livePainter(context);
    let endLive = nothing;
    const followVisibility = (): void => {
      endLive();
      endLive = document.hidden
        ? nothing
        : liveImages.watch({ identity, kind }, (image) => {
            if (show(image)) liveAtMs = now();
          });
    };
    followVisibility();
    document.addEventListener('visibilitychange', followVisibility);
    return () => {
      document.removeEventListener('visibilitychange', followVisibility);
      endLive();
      endThumbnails();
    };
  }, [liveImages, media, now, identity, kind, isShown, isEnlarged]);
  return ref;
}

function nothing(): void {
  return undefined;
}

/** What draws one live image after the other, into buffers that stay; it says whether it was one. */
function livePainter(context: CanvasRenderingContext2D): (image: LiveImage) => boolean {
  const reader = new LiveImageReader();
  let data: ImageData | null = null;
  return (image) => {
    const pixels = reader.read(image);
    if (pixels === null) return false;
    if (data?.data !== pixels || data.width !== image.width)
      data = new ImageData(pixels, image.width, image.height);
    put(context, data);
    return true;
  };
}

function put(context: CanvasRenderingContext2D, image: ImageData): void {
  const { canvas } = context;
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  context.putImageData(image, 0, 0);
}

function draw(context: CanvasRenderingContext2D, { width, height, rgba }: Thumbnail): void {
  const bytes = atob(rgba);
  if (width <= 0 || height <= 0 || bytes.length !== width * height * 4) return;
  const image = context.createImageData(width, height);
  for (let index = 0; index < bytes.length; index += 1) image.data[index] = bytes.charCodeAt(index);
  put(context, image);
}
