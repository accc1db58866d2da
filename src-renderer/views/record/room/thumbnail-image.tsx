import { useEffect, useRef } from 'react';
import type { Thumbnail } from '../../../../src-main/contract/media-events.js';
import { Icon } from '../../../controls/icon.js';
import { useModel } from '../../../model/model-context.js';

interface ThumbnailImageProps {
  readonly identity: string;
  readonly kind: Thumbnail['kind'];
  readonly name: string;
  readonly isShown: boolean;
  /** What is said where there is no image. */
  readonly absence: string;
}

/** The latest small image of somebody, drawn past React. */
export function ThumbnailImage(props: ThumbnailImageProps): React.JSX.Element {
  const { identity, kind, name, isShown, absence } = props;
  const { media } = useModel();
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!isShown) return;
    const show = (): void => {
      const thumbnail = media.thumbnailOf(identity, kind);
      if (ref.current !== null && thumbnail !== null && !document.hidden) draw(ref.current, thumbnail);
    };
    show();
    return media.onThumbnail(identity, kind, show);
  }, [media, identity, kind, isShown]);
  return (
    <div className="thumbnail">
      {isShown ? (
        <canvas ref={ref} className="thumbnail__image" width={16} height={9} role="img" aria-label={name} />
      ) : (
        <span className="thumbnail__absence">
          <Icon name={absence === 'Encrypted' ? 'lock' : 'camera'} />
          {absence}
        </span>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, { width, height, rgba }: Thumbnail): void {
  const context = canvas.getContext('2d');
  const bytes = atob(rgba);
  if (context === null || width <= 0 || height <= 0 || bytes.length !== width * height * 4) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = context.createImageData(width, height);
  for (let index = 0; index < bytes.length; index += 1) image.data[index] = bytes.charCodeAt(index);
  context.putImageData(image, 0, 0);
}
